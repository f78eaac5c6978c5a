// SPDX-License-Identifier: MIT
//
// The counter in authenticated packets. It increases with each packet, also across restarts. kith.state/1 stores it in advance
// for a block of a million packets. It never starts below the wall clock in microseconds: without a `state_dir` it still
// increases across restarts, as long as the clock is not set back.
#pragma once

#include <kith/state.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace gossip {

class PacketCounter {
  public:
    static constexpr std::uint64_t block = 1'000'000;

    /// wall: microseconds since 1970. Until `keep` has succeeded, the counter is derived from the clock alone.
    void begin(std::uint64_t wall) noexcept { next_ = kept_ = wall; }

    [[nodiscard]] bool running_out() const noexcept { return next_ + block / 2 >= kept_; }

    /// Stores the counter. Fails when the state cannot be read or written; call it again then. The stored value never
    /// decreases.
    kith::task<kith::result<void>> keep(const kith::state &state) {
        if (!loaded_) {
            auto loaded = co_await state.load();
            if (!loaded && loaded.status() != KITH_NOT_FOUND) co_return std::move(loaded).error();
            if (loaded && loaded->size() == sizeof kept_) {
                std::uint64_t saved = 0;
                std::memcpy(&saved, loaded->data(), sizeof saved);
                next_ = std::max(next_, saved);
            }
            loaded_ = true;
        }
        const std::uint64_t until = next_ + block;
        auto saved = co_await state.save({reinterpret_cast<const char *>(&until), sizeof until});
        if (saved) kept_ = until;
        co_return saved;
    }

    [[nodiscard]] std::uint64_t next() noexcept { return ++next_; }

  private:
    std::uint64_t next_ = 0;
    std::uint64_t kept_ = 0;
    bool loaded_ = false; // the value of an earlier process was read
};

} // namespace gossip
