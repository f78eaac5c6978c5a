// SPDX-License-Identifier: MIT
//
// How long to wait before the DNS is asked again: as kith::pace has it, but after an answer only as long as it holds. However short the
// TTL, it is not less than half of the interval, after jitter of a tenth, and not less than a second: a TTL of 0 is usual in the hosts
// file of dnsmasq and in Consul, and asks nobody to hurry.
#pragma once

#include <kith/pace.hpp>

#include <optional>

namespace dns_lookup {

class TtlPace {
  public:
    using Duration = kith::pace::duration;

    explicit TtlPace(Duration interval) noexcept : pace_(interval) {}

    Duration good(std::optional<std::chrono::seconds> ttl) noexcept {
        constexpr Duration second = std::chrono::seconds(1);
        const Duration interval = pace_.good();
        const Duration shortest = std::max(interval / 9 * 5, std::min(interval, second));
        return ttl ? std::clamp<Duration>(*ttl, shortest, interval) : interval;
    }
    Duration bad() noexcept { return pace_.bad(); }

  private:
    kith::pace pace_;
};

} // namespace dns_lookup
