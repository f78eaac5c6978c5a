// SPDX-License-Identifier: MIT
#pragma once

#include "malformed_data_generator.hpp"
#include "simulated_plugin.hpp"

namespace kith::check {

/// Sends requests to a running instance for some seconds of simulated time, as the daemon does: connect, disconnect and cancel to a
/// connector, events to a sink, refresh to all. Returns the ids of the operations that were started on a connector.
std::vector<std::uint64_t> run_workload(testkit::PluginHarness &harness, const kith_descriptor &descriptor,
                                        MalformedDataGenerator &malformed);

} // namespace kith::check
