// SPDX-License-Identifier: MIT
//
// What becomes of the hosts of a scenario, in a few words.
#pragma once

#include <tests/sim/simulation.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::sim::test {

/// The worst that befell a peer, or the view of them.
enum class Effect : std::uint8_t { held, stale, missing, guarded, forgotten, disconnected };

/// Of the hosts of the group `app`. Everything in their first minute is left out, and so are peers that are none of them.
class EffectTracker {
  public:
    /// over: when the last fault is.
    EffectTracker(const Scenario &scenario, Duration over) : scenario_(scenario), over_(over) {}

    void see(const Host &host, const core::StoredEvent &event, Duration now);
    Effect worst() const { return worst_; }
    /// "held", "missing; healed in 15 s": in steps, so that a table does not change with every draw of the random source.
    std::string text() const;

  private:
    bool is_member(std::string_view peer) const;

    const Scenario &scenario_;
    Duration over_;
    Effect worst_ = Effect::held;
    Duration healed_{};
};

} // namespace kith::sim::test
