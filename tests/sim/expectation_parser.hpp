// SPDX-License-Identifier: MIT
//
// Parses an entry of the list `expect` of a scenario. What the schema cannot say is checked here.
#pragma once

#include <tests/sim/json_cursor.hpp>
#include <tests/sim/scenario.hpp>

namespace kith::sim {

/// so_far: its hosts are complete.
Expectation parse_expectation(const JsonCursor &at, const Scenario &so_far, std::string_view text);

} // namespace kith::sim
