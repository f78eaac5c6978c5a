// SPDX-License-Identifier: MIT
//
// How long a connect attempt may last while others wait, and the backoff after a failed attempt.
#pragma once

#include <core/cluster/base/random.hpp>
#include <core/cluster/base/time.hpp>

#include <algorithm>
#include <cstdint>

namespace kith::core {

// A topology's policy for connecting to its peers.
struct ConnectLimits {
    std::uint32_t parallel = 16; // the smallest of the topologies of a connector applies
    Time timeout = 8'000'000'000;
    Time backoff_initial = 1'000'000'000;
    Time backoff_max = 60'000'000'000;
    double jitter = 0.2;
    Time bridge_after = never; // a peer that the overlay has not known for this time is connected (overlay_bridge.hpp)
};

class ConnectPacing {
  public:
    void connected(Time duration) { typical_ = typical_ == 0 ? duration : (typical_ * 7 + duration) / 8; }

    // The time an attempt may occupy its slot while new peers wait for one: a multiple of the usual duration of a connect, and
    // longer for a peer that gave way before.
    Time patience(std::uint32_t yields, const ConnectLimits &limits) const {
        const Time usual = typical_ == 0 ? limits.timeout / 4 : std::max(4 * typical_, least_patience);
        const std::uint32_t shift = 2 * std::min<std::uint32_t>(yields, 16);
        return usual >= (limits.timeout >> shift) ? limits.timeout : usual << shift;
    }

    // The time until the next attempt after this number of consecutive failures, which is at least 1.
    static Time backoff(std::uint32_t failures, const ConnectLimits &limits, Random &random) {
        const std::uint32_t doublings = std::min<std::uint32_t>(failures - 1, 62);
        Time delay = limits.backoff_max;
        if (limits.backoff_initial <= (limits.backoff_max >> doublings)) delay = limits.backoff_initial << doublings;
        return static_cast<Time>(static_cast<double>(delay) * (1.0 - limits.jitter + 2.0 * limits.jitter * random.unit()));
    }

  private:
    static constexpr Time least_patience = 12'000'000;
    Time typical_ = 0; // smoothed duration of successful connects
};

} // namespace kith::core
