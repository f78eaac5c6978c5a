// SPDX-License-Identifier: MIT
//
// The sentences of a topology: why a peer changed, why a source cannot look. From state alone; nothing here publishes.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/membership.hpp>
#include <core/cluster/topology/observation_events.hpp>

#include <optional>
#include <string>

namespace kith::core {

class ReasonWriter {
  public:
    // Both outlive it.
    ReasonWriter(const Membership &membership, const ObservationEvents &sources) : membership_(membership), sources_(sources) {}

    std::string cause(LossCause cause, SourceId source) const;
    // Empty for a change that needs no reason.
    std::string change(const MembershipChange &change, Time now) const;
    // Of a source that is stale: its last failure, or its silence.
    std::string stale(SourceId source) const;
    // "last known 90 s ago"
    std::string last_known(SourceId source, Time now) const;
    // How long ago the source knew what there is; nothing when it has not looked and nothing was remembered.
    std::optional<Time> known_age(SourceId source, Time now) const;

  private:
    std::string held(const MembershipChange &change) const;
    std::string lost(const MembershipChange &change, Time now) const;

    const Membership &membership_;
    const ObservationEvents &sources_;
};

} // namespace kith::core
