// SPDX-License-Identifier: MIT
//
// Runs the matrix of the sources and holds it against the table of tests/README.md. KITH_UPDATE=1 writes the table.
#define BOOST_TEST_MODULE sim_sources
#include "sources_cells.hpp"
#include "verdict.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;

std::string outcome_of(const SourceColumn &column, const SourceRow &row) {
    std::optional<Verdict> verdict;
    std::string failed = live(column, row, 90min, [&](World &world) {
        verdict.emplace(world.scenario, row.until);
        world.universe.observe(
            [&](const Host &host, const core::StoredEvent &event, Span now) { verdict->see(host, event, now); });
    });
    if (!failed.empty()) return failed;
    if (verdict->worst() >= Harm::forgotten && !mentions(column.kind, row.may_part))
        return "FAILED: parted, and nobody was gone";
    return verdict->words();
}

Table matrix() {
    Table table{.name = "sources", .program = "sim_sources", .columns = {}, .rows = {}};
    for (const SourceColumn &column : source_columns()) table.columns.push_back(column.name);
    for (const SourceRow &row : source_rows()) table.rows.push_back(row.name);
    return table;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_table_tells_what_becomes_of_each) {
    check_table(matrix(), [](std::size_t row, std::size_t column) {
        const SourceRow &day = source_rows()[row];
        const SourceColumn &strategy = source_columns()[column];
        return day.only.empty() || mentions(strategy.kind, day.only) ? outcome_of(strategy, day) : "";
    });
}

} // namespace kith::sim::test
