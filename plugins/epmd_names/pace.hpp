// SPDX-License-Identifier: MIT
//
// How long to wait before an EPMD is asked again: the interval; after a failure soon, and then ever longer, to half a minute or the
// interval, whichever is longer. A mean, to which the caller adds jitter.
#pragma once

#include <algorithm>
#include <chrono>

namespace epmd_names {

class Pace {
  public:
    using Duration = std::chrono::nanoseconds;

    explicit Pace(Duration interval) noexcept : interval_(interval) {}

    Duration good() noexcept {
        next_ = Duration(0);
        return interval_;
    }
    Duration bad() noexcept {
        constexpr Duration first = std::chrono::seconds(1);
        constexpr Duration longest = std::chrono::seconds(30);
        const Duration pause = next_ == Duration(0) ? std::min(interval_, first) : next_;
        next_ = std::min(2 * pause, std::max(interval_, longest));
        return pause;
    }

  private:
    Duration interval_;
    Duration next_{0};
};

} // namespace epmd_names
