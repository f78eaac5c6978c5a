// SPDX-License-Identifier: MIT
//
// The largest size that a membership had within the last removal_window.
#pragma once

#include <core/cluster/base/time.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace kith::core {

class LargestRecentSize {
  public:
    // The size was `before` until now, and is another one from now on.
    void changed(std::size_t before, Time now) {
        while (!past_.empty() && past_.back().size <= before) past_.pop_back();
        if (past_.empty() || past_.back().until != now) past_.push_back({now, before});
    }

    // Of the sizes since now - window, with the present one.
    std::size_t largest(std::size_t present, Time now, Time window) {
        while (!past_.empty() && later(past_.front().until, window) < now) past_.pop_front();
        return past_.empty() ? present : std::max(past_.front().size, present);
    }

    // What was is no measure any more: the policy has changed what counts as a member.
    void forget() { past_.clear(); }

  private:
    struct Past {
        Time until;
        std::size_t size;
    };
    std::deque<Past> past_; // sizes fall from front to back
};

} // namespace kith::core
