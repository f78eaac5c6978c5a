// SPDX-License-Identifier: MIT
//
// How long to wait for a peer, and how long to leave it alone after a failure.
#pragma once

#include <core/cluster/base/random.hpp>
#include <core/cluster/base/time.hpp>

#include <algorithm>
#include <cstdint>

namespace kith::core {

// How a topology wants its peers joined.
struct ConnectLimits {
    std::uint32_t parallel = 16; // of several topologies on one connector the smallest counts
    Time timeout = 8'000'000'000;
    Time backoff_initial = 1'000'000'000;
    Time backoff_max = 60'000'000'000;
    double jitter = 0.2;
};

class ConnectPacing {
  public:
    void connected(Time duration) { typical_ = typical_ == 0 ? duration : (typical_ * 7 + duration) / 8; }

    // How long an attempt may hold its slot while new peers wait for one: some times what a connect usually takes here, and
    // longer for a peer that gave way before.
    Time patience(std::uint32_t yields, const ConnectLimits &limits) const {
        const Time usual = typical_ == 0 ? limits.timeout / 4 : std::max(4 * typical_, least_patience);
        const std::uint32_t shift = 2 * std::min<std::uint32_t>(yields, 16);
        return usual >= (limits.timeout >> shift) ? limits.timeout : usual << shift;
    }

    // Until the next attempt, after so many failures in a row; at least one.
    static Time backoff(std::uint32_t failures, const ConnectLimits &limits, Random &random) {
        const std::uint32_t doublings = std::min<std::uint32_t>(failures - 1, 62);
        Time delay = limits.backoff_max;
        if (limits.backoff_initial <= (limits.backoff_max >> doublings)) delay = limits.backoff_initial << doublings;
        return static_cast<Time>(static_cast<double>(delay) * (1.0 - limits.jitter + 2.0 * limits.jitter * random.unit()));
    }

  private:
    static constexpr Time least_patience = 12'000'000;
    Time typical_ = 0; // smoothed duration of the connects that succeeded
};

} // namespace kith::core
