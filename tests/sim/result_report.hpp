// SPDX-License-Identifier: MIT
//
// Prints the result of a run, as text or as JSON.
#pragma once

#include <tests/sim/simulation.hpp>

#include <string>

namespace kith::sim {

/// Text. again: the command that repeats the run; part of the text when the run failed.
std::string to_text(const Scenario &scenario, const SimulationResult &result, const std::string &again);

/// One JSON object in one line.
std::string to_json(const Scenario &scenario, const SimulationResult &result, const std::string &again);

} // namespace kith::sim
