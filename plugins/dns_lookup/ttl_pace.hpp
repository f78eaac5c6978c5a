// SPDX-License-Identifier: MIT
//
// The delay before the next DNS query: as in kith::pace, but after an answer at most its TTL. The delay is never less than half of the
// interval (with a jitter of ±10 %), and never less than a second: a TTL of 0 is usual for hosts files of dnsmasq and for Consul.
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
