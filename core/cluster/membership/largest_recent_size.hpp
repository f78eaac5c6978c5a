// SPDX-License-Identifier: MIT
//
// The largest number of members within the last removal_window.
#pragma once

#include <core/cluster/base/time.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace kith::core {

class LargestRecentSize {
  public:
    // The size changes now; it was `before` until now.
    void changed(std::size_t before, Time now) {
        while (!past_.empty() && past_.back().size <= before) past_.pop_back();
        if (past_.empty() || past_.back().until != now) past_.push_back({now, before});
    }

    // The largest size since now - window, the present one included.
    std::size_t largest(std::size_t present, Time now, Time window) {
        while (!past_.empty() && later(past_.front().until, window) < now) past_.pop_front();
        return past_.empty() ? present : std::max(past_.front().size, present);
    }

    // Forgets earlier sizes, because the policy has changed which names are members.
    void forget() { past_.clear(); }

  private:
    struct Past {
        Time until;
        std::size_t size;
    };
    std::deque<Past> past_; // sizes fall from front to back
};

} // namespace kith::core
