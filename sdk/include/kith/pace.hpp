// SPDX-License-Identifier: MIT
//
// kith::pace: how long a strategy that polls waits until its next query. The interval; after a failure a second, then doubled up to
// half a minute or the interval, whichever is longer. A mean: add jitter, so that hosts started together do not query
// together.
//
//     const auto pause = looked ? pace.good() : pace.bad();
//     (void)co_await wake.wait_for(random.around(pause));
//
// In two lines: GCC 12 evaluates both sides of a `?:` that stands within a co_await.
#pragma once

#include <algorithm>
#include <chrono>

namespace kith {

class pace {
  public:
    using duration = std::chrono::nanoseconds;

    explicit pace(duration interval) noexcept : interval_(interval) {}

    duration good() noexcept {
        next_ = duration(0);
        return interval_;
    }

    /// at_least: a delay that the source requested, as by Retry-After.
    duration bad(duration at_least = duration(0)) noexcept {
        constexpr duration first = std::chrono::seconds(1);
        constexpr duration longest = std::chrono::seconds(30);
        const duration pause = next_ == duration(0) ? std::min(interval_, first) : next_;
        next_ = std::min(2 * pause, std::max(interval_, longest));
        return std::max(pause, at_least);
    }

  private:
    duration interval_;
    duration next_{0};
};

} // namespace kith
