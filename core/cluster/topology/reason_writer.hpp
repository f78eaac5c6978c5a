// SPDX-License-Identifier: MIT
//
// Words the reasons in a topology's events and answers: why a peer changed, why a source cannot observe. Derives them from the
// state and publishes nothing.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/membership.hpp>
#include <core/cluster/topology/source_report_events.hpp>

#include <optional>
#include <string>

namespace kith::core {

class ReasonWriter {
  public:
    // The arguments outlive the object.
    ReasonWriter(const Membership &membership, const ObservationEvents &sources) : membership_(membership), sources_(sources) {}

    std::string cause(LossCause cause, SourceId source) const;
    // The reason of a change; empty when it needs none.
    std::string change(const MembershipChange &change, Time now) const;
    // Why a source is stale: its last failure, or its silence.
    std::string stale(SourceId source) const;
    // "last known 90 s ago"
    std::string last_known(SourceId source, Time now) const;
    // The time since the source last had a current view; nullopt when it has not reported and nothing was remembered.
    std::optional<Time> known_age(SourceId source, Time now) const;

  private:
    std::string held(const MembershipChange &change) const;
    std::string lost(const MembershipChange &change, Time now) const;

    const Membership &membership_;
    const ObservationEvents &sources_;
};

} // namespace kith::core
