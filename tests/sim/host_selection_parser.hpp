// SPDX-License-Identifier: MIT
//
// Which hosts a scenario means: "all", "up", "app", "app7", "app1..50", or a list of these.
#pragma once

#include <tests/sim/cursor.hpp>
#include <tests/sim/scenario.hpp>

namespace kith::sim {

/// What it names is not there: told as an error, with the nearest name.
Selection read_selection(const Cursor &at, const std::vector<HostPlan> &hosts);

} // namespace kith::sim
