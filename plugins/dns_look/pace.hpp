// SPDX-License-Identifier: MIT
//
// How long to wait before the DNS is asked again: as long as the answer holds, at most the interval, and not less than a second, however
// short the TTL; after a failure soon, and then ever longer, to half a minute or the interval, whichever is longer. A mean, to which the
// caller adds jitter.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace dns_look {

class Pace {
  public:
    using Duration = std::chrono::nanoseconds;

    explicit Pace(Duration interval) noexcept : interval_(interval) {}

    Duration good(std::optional<std::chrono::seconds> ttl) noexcept {
        next_ = Duration(0);
        if (!ttl) return interval_;
        return std::clamp<Duration>(*ttl, std::min(interval_, shortest), interval_);
    }
    Duration bad() noexcept {
        constexpr Duration longest = std::chrono::seconds(30);
        const Duration pause = next_ == Duration(0) ? std::min(interval_, shortest) : next_;
        next_ = std::min(2 * pause, std::max(interval_, longest));
        return pause;
    }

  private:
    static constexpr Duration shortest = std::chrono::seconds(1);

    Duration interval_;
    Duration next_{0};
};

} // namespace dns_look
