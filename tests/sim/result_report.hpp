// SPDX-License-Identifier: MIT
//
// What became of runs, for people and for machines.
#pragma once

#include <tests/sim/simulation.hpp>

#include <string>

namespace kith::sim {

/// Lines for people. again: the command that runs it again, told when it failed.
std::string to_text(const Scenario &scenario, const SimulationResult &result, const std::string &again);

/// One object in one line.
std::string to_json(const Scenario &scenario, const SimulationResult &result, const std::string &again);

} // namespace kith::sim
