// SPDX-License-Identifier: MIT
//
// Parses a selection of hosts: "all", "up", "app", "app7", "app1..50", or a list of these.
#pragma once

#include <tests/sim/json_cursor.hpp>
#include <tests/sim/scenario.hpp>

namespace kith::sim {

/// Adds an error for each name that does not exist, with the most similar name.
HostSelection parse_host_selection(const JsonCursor &at, const std::vector<HostSettings> &hosts);

} // namespace kith::sim
