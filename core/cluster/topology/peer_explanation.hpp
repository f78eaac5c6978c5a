// SPDX-License-Identifier: MIT
//
// What `kith why` answers of one name, as far as the membership knows: which claims it has, and the class that follows.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/membership_queries.hpp>
#include <core/cluster/topology/observation_events.hpp>
#include <core/cluster/topology/reason_writer.hpp>

#include <string>

namespace kith::core {

// standing: of a known name. Without the state of its link.
std::string explain_peer(const NameStanding &standing, const ObservationEvents &sources, const ReasonWriter &reasons, Time now);

// Of a name that no source has: which source could still find it.
std::string explain_unknown(const Membership &membership, const ObservationEvents &sources, const ReasonWriter &reasons);

} // namespace kith::core
