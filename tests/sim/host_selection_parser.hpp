// SPDX-License-Identifier: MIT
//
// Which hosts a scenario means: "all", "up", "app", "app7", "app1..50", or a list of these.
#pragma once

#include <tests/sim/json_cursor.hpp>
#include <tests/sim/scenario.hpp>

namespace kith::sim {

/// What it names is not there: told as an error, with the nearest name.
HostSelection parse_host_selection(const JsonCursor &at, const std::vector<HostSettings> &hosts);

} // namespace kith::sim
