// SPDX-License-Identifier: MIT
//
// The part of the answer of `kith why` that comes from the membership: the claims of a name, and the class that follows from
// them.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/membership_queries.hpp>
#include <core/cluster/topology/reason_writer.hpp>
#include <core/cluster/topology/source_report_events.hpp>

#include <string>

namespace kith::core {

// standing: of a known name. The answer does not contain the state of the link.
std::string explain_peer(const NameStanding &standing, const ObservationEvents &sources, const ReasonWriter &reasons, Time now);

// The answer for a name that no source reports: which sources could still find it.
std::string explain_unknown(const Membership &membership, const ObservationEvents &sources, const ReasonWriter &reasons);

} // namespace kith::core
