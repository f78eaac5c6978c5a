// SPDX-License-Identifier: MIT
//
// The two lists of a scenario, entry by entry. What the schema cannot say is checked here.
#pragma once

#include <tests/sim/cursor.hpp>
#include <tests/sim/scenario.hpp>

namespace kith::sim {

/// so_far: its hosts are complete.
Fault read_fault(const Cursor &at, const Scenario &so_far);
Expectation read_expectation(const Cursor &at, const Scenario &so_far, std::string_view text);

} // namespace kith::sim
