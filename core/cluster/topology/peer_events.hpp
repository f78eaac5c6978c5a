// SPDX-License-Identifier: MIT
//
// Publishes the peer.* event of each change of a membership, and stores the reasons of the last lost peers.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/membership/membership.hpp>
#include <core/cluster/topology/reason_writer.hpp>
#include <core/cluster/topology/source_report_events.hpp>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class PeerEvents {
  public:
    // The arguments outlive the object.
    PeerEvents(std::string_view topology, const Membership &membership, const ObservationEvents &sources, const Interner &names,
               const ReasonWriter &reasons, EventBus &bus)
        : topology_(topology), membership_(membership), sources_(sources), names_(names), reasons_(reasons), bus_(bus) {}

    // Publishes nothing for ChangeKind::reclassed.
    void publish(const MembershipChange &change, Time now);
    // "lost 3 s ago: ..."; empty for a name that is not among the last 256 lost ones.
    std::string lost(std::string_view name, Time now) const;
    // Only the reason; valid until the next change.
    std::string_view last_words(std::string_view name) const;

  private:
    struct Lost {
        std::string name;
        std::string reason;
        Time at;
    };
    std::string collision_text(const MembershipChange &change, std::string_view key) const;

    std::string_view topology_;
    const Membership &membership_;
    const ObservationEvents &sources_;
    const Interner &names_;
    const ReasonWriter &reasons_;
    EventBus &bus_;
    std::vector<AttributeView> attributes_;
    std::deque<Lost> lost_;
};

} // namespace kith::core
