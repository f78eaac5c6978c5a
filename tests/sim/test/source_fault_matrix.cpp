// SPDX-License-Identifier: MIT
//
// Runs the matrix of sources and faults and compares it with the table of tests/README.md. KITH_UPDATE=1 writes the table.
#define BOOST_TEST_MODULE sim_sources
#include "source_fault_matrix.hpp"
#include "effect_tracker.hpp"
#include "readme_table.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;

std::string outcome_of(const SourceColumn &column, const SourceRow &row) {
    std::optional<EffectTracker> effects;
    std::string failed = run_with_source(column, row, 90min, [&](SourceSimulation &world) {
        effects.emplace(world.scenario, row.until);
        world.simulation.observe(
            [&](const Host &host, const core::StoredEvent &event, Duration now) { effects->see(host, event, now); });
    });
    if (!failed.empty()) return failed;
    if (effects->worst() >= Effect::lost && !mentions(column.kind, row.may_disconnect))
        return "FAILED: peers were disconnected although none had left";
    return effects->text();
}

Table matrix() {
    Table table{.name = "sources", .program = "sim_sources", .columns = {}, .rows = {}};
    for (const SourceColumn &column : source_columns()) table.columns.push_back(column.name);
    for (const SourceRow &row : source_rows()) table.rows.push_back(row.name);
    return table;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_table_of_source_faults_contains_each_outcome) {
    check_table(matrix(), [](std::size_t row, std::size_t column) {
        const SourceRow &row_settings = source_rows()[row];
        const SourceColumn &strategy = source_columns()[column];
        return row_settings.only.empty() || mentions(strategy.kind, row_settings.only) ? outcome_of(strategy, row_settings)
                                                                                       : "";
    });
}

} // namespace kith::sim::test
