// SPDX-License-Identifier: MIT
//
// Parses an entry of the list `faults` of a scenario. What the schema cannot say is checked here.
#pragma once

#include <tests/sim/json_cursor.hpp>
#include <tests/sim/scenario.hpp>

namespace kith::sim {

/// so_far: its hosts are complete.
Fault parse_fault(const JsonCursor &at, const Scenario &so_far);

} // namespace kith::sim
