// SPDX-License-Identifier: MIT
//
// How long to wait before the DNS is asked again: as kith::pace has it, but after an answer only as long as it holds, and not less than a
// second, however short the TTL.
#pragma once

#include <kith/pace.hpp>

#include <optional>

namespace dns_look {

class Pace {
  public:
    using Duration = kith::pace::duration;

    explicit Pace(Duration interval) noexcept : pace_(interval) {}

    Duration good(std::optional<std::chrono::seconds> ttl) noexcept {
        constexpr Duration shortest = std::chrono::seconds(1);
        const Duration interval = pace_.good();
        return ttl ? std::clamp<Duration>(*ttl, std::min(interval, shortest), interval) : interval;
    }
    Duration bad() noexcept { return pace_.bad(); }

  private:
    kith::pace pace_;
};

} // namespace dns_look
