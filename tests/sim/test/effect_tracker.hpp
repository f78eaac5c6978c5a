// SPDX-License-Identifier: MIT
//
// Tracks the effect of a fault on the hosts of a scenario, for the tables of tests/README.md.
#pragma once

#include <tests/sim/simulation.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::sim::test {

/// The effect on a peer or a topology, from the least to the most severe. lost: the peer was lost, its link was kept; disconnected: kith
/// disconnected it.
enum class Effect : std::uint8_t { none, stale, missing, guarded, lost, disconnected };

/// Considers events of hosts of the group `app` about other hosts of it, without those of the first minute.
class EffectTracker {
  public:
    /// over: the end of the last fault.
    EffectTracker(const Scenario &scenario, Duration over) : scenario_(scenario), over_(over) {}

    void see(const Host &host, const core::StoredEvent &event, Duration now);
    Effect worst() const { return worst_; }
    /// Such as "no effect" or "missing; healed in 15 s". The time is rounded up to a few steps, so that a table does not change with each
    /// seed.
    std::string text() const;

  private:
    bool is_member(std::string_view peer) const;

    const Scenario &scenario_;
    Duration over_;
    Effect worst_ = Effect::none;
    Duration healed_{};
};

} // namespace kith::sim::test
