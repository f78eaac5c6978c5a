// SPDX-License-Identifier: MIT
//
// Runs the matrix of strategies and faults and compares it with the table of tests/README.md. KITH_UPDATE=1 writes the table.
#define BOOST_TEST_MODULE sim_matrix
#include "strategy_fault_matrix.hpp"
#include "build_plugins.hpp"
#include "effect_tracker.hpp"
#include "readme_table.hpp"

#include <tests/sim/result_report.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace kith::sim::test {

namespace {

std::string text_of(const StrategyColumn &column, const StrategyRow &row) {
    return R"({"duration": "90m", )" + row.more + R"("hosts": {"app": {)" + column.hosts +
           R"(, "env": {"SECRET": "old", "SECOND": "new"}})" + (row.other_group.empty() ? "" : ", " + row.other_group) +
           R"(}, "config": {"topologies": {"t": {)" + column.config +
           R"(, "connector": "log", "connector_config": {"node": "${NODE}"}}}}, "faults": [)" + row.faults +
           R"(], "expect": [{"at": "90m", "hosts": "app", )" + column.complete +
           R"(}, {"at": "90m", "stale": false, "hosts": "app"}]})";
}

Duration last_fault(const Scenario &scenario) {
    Duration last{};
    for (const Fault &fault : scenario.faults) last = std::max(last, fault.until.value_or(fault.at));
    return last;
}

} // namespace

std::string outcome_of(const StrategyColumn &column, const StrategyRow &row) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario(column.name, text_of(column, row), nullptr, diagnostics);
    if (!scenario) return "FAILED: " + to_text(diagnostics);
    EffectTracker effects(*scenario, last_fault(*scenario));
    constexpr std::uint64_t seed = 1;
    Trace trace(nullptr);
    Simulation simulation(*scenario, build_plugins(), seed, trace);
    if (!simulation.prepare(diagnostics)) return "FAILED: " + to_text(diagnostics);
    simulation.observe([&](const Host &host, const core::StoredEvent &event, Duration now) { effects.see(host, event, now); });
    const SimulationResult result = simulation.run();
    if (!result.good()) return "FAILED: " + to_text(*scenario, result, "seed " + std::to_string(seed));
    if (effects.worst() >= Effect::lost && !row.may_disconnect) return "FAILED: peers were disconnected although none had left";
    return effects.text();
}

namespace {

bool concerns(const StrategyRow &row, const StrategyColumn &column) {
    if (row.sealed_only && !column.sealed) return false;
    return row.only.empty() || mentions(column.kind, row.only);
}

Table matrix() {
    Table table{.name = "matrix", .program = "sim_matrix", .columns = {}, .rows = {}};
    for (const StrategyColumn &column : strategy_columns()) table.columns.push_back(column.name);
    for (const StrategyRow &row : strategy_rows()) table.rows.push_back(row.name);
    return table;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_table_of_strategy_faults_contains_each_outcome) {
    check_table(matrix(), [](std::size_t row, std::size_t column) {
        const StrategyRow &row_settings = strategy_rows()[row];
        const StrategyColumn &strategy = strategy_columns()[column];
        return concerns(row_settings, strategy) ? outcome_of(strategy, row_settings) : "";
    });
}

} // namespace kith::sim::test
