// SPDX-License-Identifier: MIT
//
// Determines whether a topology is stale (a source cannot observe, or has not reported since kith started) and ready (attached,
// every source has reported, and enough links are up). Publishes topology.stale, topology.fresh and topology.ready when that
// changes.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::core {

class TopologyReadiness {
  public:
    // The arguments outlive the object.
    TopologyReadiness(std::string_view topology, EventBus &bus) : topology_(topology), bus_(bus) {}

    bool stale() const { return stale_; }
    bool ready() const { return ready_; }

    void started(Time now) { unready_since_ = now; }
    // source, status, reason: of the first source that is stale.
    void became_stale(std::string_view source, std::int32_t status, std::string_view reason, Time now);
    void became_fresh(Time now);
    // Does nothing when it is ready already. Readiness that was lost twice in a row soon after links came up must last for
    // settled_link before it is published: call this again at next_deadline().
    void became_ready(std::string_view connector, std::string_view node, std::size_t peers, std::size_t linked, Time now);
    void became_unready(Time now);
    // The local node is detached: not ready. This does not count as links that fail to settle.
    void detached(Time now);
    void stopped() { ready_ = false; }
    Time next_deadline() const { return ready_due_; } // `never`: nothing depends on time alone

  private:
    Event event(std::uint32_t kind) const;

    std::string_view topology_;
    EventBus &bus_;
    bool stale_ = false;
    bool ready_ = false;
    Time stale_since_ = 0;
    Time unready_since_ = 0;
    std::uint32_t short_readiness_ = 0; // number of consecutive times that readiness ended within settled_link
    Time ready_since_ = 0;
    Time ready_due_ = never; // it must last until then
};

} // namespace kith::core
