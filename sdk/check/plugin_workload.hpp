// SPDX-License-Identifier: MIT
#pragma once

#include "malformed_data.hpp"
#include "simulated_plugin.hpp"

namespace kith::check {

/// Keep an instance that runs busy for some seconds, as a daemon would: a connector joins and parts peers and gives up on some, a sink
/// gets events, all look again. Returns the operations of a connector that were begun.
std::vector<std::uint64_t> run_workload(testkit::Rig &rig, const kith_descriptor &descriptor, MalformedData &malformed);

} // namespace kith::check
