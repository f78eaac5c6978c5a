// SPDX-License-Identifier: MIT
//
// The matrix of sources and faults: strategies that query a source, with the failures of that source.
#pragma once

#include <tests/sim/simulated_sources.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::sim::test {

struct SourceColumn {
    std::string name;
    std::string kind;   ///< words that rows refer to
    std::string config; ///< members of the topology, without braces and policy
    std::string hosts;  ///< members of the host group, without the count
    std::function<std::unique_ptr<SimulatedSource>(Simulation &simulation)> make;
    std::string policy{}; ///< members of the policy
    bool rated = false;   ///< its request rate is measured; the other columns use one of the same clients
};

struct SourceRow {
    std::string name;
    std::string only;   ///< kinds of columns to which it applies, separated by spaces; empty: all
    Duration at, until; ///< `until` is at most 1h2m
    std::function<void(SimulatedSource &source)> begin, end;
    std::string may_disconnect{}; ///< kinds of columns for which the answers mean that peers are gone
    std::size_t hosts = 6;
    std::string faults{}; ///< entries of the scenario's `faults`
    std::string policy{}; ///< members of the policy
    std::string expect{}; ///< expectations in addition to those at the end
};

struct SourceSimulation {
    const Scenario &scenario;
    Simulation &simulation;
    SimulatedSource &source;
};

/// Runs hosts with that strategy and that fault. watch: called once before the run. Returns "FAILED" with the unmet expectations, or an
/// empty string. At the end each host must have all others as members and must not be stale.
std::string run_with_source(const SourceColumn &column, const SourceRow &row, Duration duration,
                            const std::function<void(SourceSimulation &world)> &watch);

const std::vector<SourceColumn> &source_columns();
const std::vector<SourceRow> &source_rows();

} // namespace kith::sim::test
