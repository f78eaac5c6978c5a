// SPDX-License-Identifier: MIT
//
// The second matrix: the strategies that look somewhere, through the bad days of what they look at.
#pragma once

#include "simulated_sources.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::sim::test {

struct SourceColumn {
    std::string name;
    std::string kind;   ///< words, of which a row asks for one
    std::string config; ///< the topology, without its braces and its policy
    std::string hosts;  ///< keys of the group, beside the count
    std::function<std::unique_ptr<SimulatedSource>(Simulation &simulation)> make;
    std::string policy{}; ///< members of it
    bool rated = false;   ///< how often it asks is shown; others ask as one of these does
};

struct SourceRow {
    std::string name;
    std::string only;   ///< kinds of columns that it concerns, in one text; empty: all
    Duration at, until; ///< the latter is 1h2m at the latest
    std::function<void(SimulatedSource &source)> begin, end;
    std::string may_part{}; ///< kinds of columns where the answers say that peers are gone
    std::size_t hosts = 6;
    std::string faults{}; ///< of the scenario
    std::string policy{}; ///< members of it
    std::string expect{}; ///< expectations beside those of the end
};

struct SourceSimulation {
    const Scenario &scenario;
    Simulation &simulation;
    SimulatedSource &source;
};

/// Hosts with that strategy through that day. watch: called once before it begins. What did not hold, after FAILED; empty: nothing.
/// At the end each host must know all others, and look without trouble.
std::string run_with_source(const SourceColumn &column, const SourceRow &row, Duration duration,
                            const std::function<void(SourceSimulation &world)> &watch);

const std::vector<SourceColumn> &source_columns();
const std::vector<SourceRow> &source_rows();

} // namespace kith::sim::test
