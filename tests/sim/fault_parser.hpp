// SPDX-License-Identifier: MIT
//
// Parses an entry of the list `faults` of a scenario, and checks what the schema cannot express. Errors are added through the cursor.
#pragma once

#include <tests/sim/json_cursor.hpp>
#include <tests/sim/scenario.hpp>

namespace kith::sim {

/// so_far: the scenario; its hosts are already parsed.
Fault parse_fault(const JsonCursor &at, const Scenario &so_far);

} // namespace kith::sim
