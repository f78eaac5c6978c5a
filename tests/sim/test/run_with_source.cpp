// SPDX-License-Identifier: MIT
#include "build_plugins.hpp"
#include "readme_table.hpp"
#include "source_fault_matrix.hpp"

#include <tests/sim/result_report.hpp>

namespace kith::sim::test {

namespace {

std::string text_of(const SourceColumn &column, const SourceRow &row, const std::string &end) {
    return R"({"duration": ")" + end + R"(", "hosts": {"app": {"count": )" + std::to_string(row.hosts) +
           R"(, "start": ["0s", "5s"])" + column.hosts +
           R"(}}, "config": {"state_dir": "/var/lib/kith", "topologies": {"t": {)" + column.config +
           R"(, "connector": "log", "connector_config": {"node": "${NODE}"}, "policy": {)" + column.policy +
           (column.policy.empty() || row.policy.empty() ? "" : ", ") + row.policy + R"(}}}}, )" +
           (mentions(column.kind, row.may_disconnect) ? R"("may_lose": "app", )" : "") + R"("faults": [)" + row.faults +
           R"(], "expect": [)" + row.expect + R"({"at": ")" + end + R"(", "members": "app"}, {"at": ")" + end +
           R"(", "stale": false}]})";
}

} // namespace

std::string run_with_source(const SourceColumn &column, const SourceRow &row, Duration duration,
                            const std::function<void(SourceSimulation &world)> &watch) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario(column.name, text_of(column, row, to_text(duration)), nullptr, diagnostics);
    if (!scenario) return "FAILED: " + to_text(diagnostics);
    constexpr std::uint64_t seed = 1;
    Trace trace(nullptr);
    Simulation simulation(*scenario, build_plugins(), seed, trace);
    if (!simulation.prepare(diagnostics)) return "FAILED: " + to_text(diagnostics);
    const auto source = column.make(simulation);
    SourceSimulation world{*scenario, simulation, *source};
    watch(world);
    if (row.begin) {
        if (row.at == Duration{})
            row.begin(*source);
        else
            simulation.net().in(row.at, [&] { row.begin(*source); });
        simulation.net().in(row.until, [&] { row.end(*source); });
    }
    const SimulationResult result = simulation.run();
    return result.good() ? "" : "FAILED: " + to_text(*scenario, result, "seed " + std::to_string(seed));
}

} // namespace kith::sim::test
