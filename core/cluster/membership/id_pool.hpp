// SPDX-License-Identifier: MIT
//
// Stores elements under small numbers. The number of a released element is reused.
#pragma once

#include <core/cluster/membership/ids.hpp>

#include <cstddef>
#include <vector>

namespace kith::core {

template <typename Thing, typename Id>
class IdPool {
  public:
    Thing &operator[](Id id) { return things_[index_of(id)]; }
    const Thing &operator[](Id id) const { return things_[index_of(id)]; }
    std::size_t in_use() const { return things_.size() - free_.size(); }

    // Adds Thing{}. References to other elements become invalid.
    Id acquire() {
        if (free_.empty()) {
            things_.emplace_back();
            return static_cast<Id>(things_.size() - 1);
        }
        const Id id = free_.back();
        free_.pop_back();
        return id;
    }

    void release(Id id) {
        (*this)[id] = Thing{};
        free_.push_back(id);
    }

  private:
    std::vector<Thing> things_;
    std::vector<Id> free_;
};

} // namespace kith::core
