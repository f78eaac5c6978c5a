// SPDX-License-Identifier: MIT
//
// A byte queue: appends at the end, takes from the front. Taking n bytes costs O(n), independent of the length of the queue.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kith::testkit {

class Fifo {
  public:
    [[nodiscard]] std::string_view view() const noexcept { return std::string_view(bytes_).substr(taken_); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - taken_; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    Fifo &operator+=(std::string_view more) {
        bytes_ += more;
        return *this;
    }
    /// \pre count <= size()
    void drop(std::size_t count) {
        taken_ += count;
        if (2 * taken_ < bytes_.size()) return;
        bytes_.erase(0, taken_);
        taken_ = 0;
    }
    /// \pre count <= size()
    std::string take(std::size_t count) {
        std::string out(view().substr(0, count));
        drop(count);
        return out;
    }
    void clear() noexcept {
        bytes_.clear();
        taken_ = 0;
    }

  private:
    std::string bytes_;
    std::size_t taken_ = 0;
};

} // namespace kith::testkit
