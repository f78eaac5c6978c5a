// SPDX-License-Identifier: MIT
//
// Runs the matrix of the sources and holds it against the table of tests/README.md. KITH_UPDATE=1 writes the table.
#define BOOST_TEST_MODULE sim_sources
#include "sources_cells.hpp"
#include "verdict.hpp"

#include <tests/sim/report.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;

bool may_part(const SourceColumn &column, const SourceRow &row) { return mentions(column.kind, row.may_part); }

std::string text_of(const SourceColumn &column, const SourceRow &row) {
    return R"({"duration": "90m", "hosts": {"app": {"count": )" + std::to_string(row.hosts) + R"(, "start": ["0s", "5s"])" +
           column.hosts + R"(}}, "config": {"topologies": {"t": {)" + column.config +
           R"(, "connector": "log", "connector_config": {"node": "${NODE}"}}}}, )" +
           (may_part(column, row) ? R"("may_lose": "app", )" : "") + R"("faults": [)" + row.faults +
           R"(], "expect": [{"at": "90m", "members": "app"}, {"at": "90m", "stale": false}]})";
}

std::string outcome_of(const SourceColumn &column, const SourceRow &row) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario(column.name, text_of(column, row), nullptr, diagnostics);
    if (!scenario) return "FAILED: " + to_text(diagnostics);
    Verdict verdict(*scenario, row.until);
    constexpr std::uint64_t seed = 1;
    Trace trace(nullptr);
    Universe universe(*scenario, plugins(), seed, trace);
    if (!universe.prepare(diagnostics)) return "FAILED: " + to_text(diagnostics);
    const auto source = column.make(universe);
    if (row.begin) {
        if (row.at == 0s)
            row.begin(*source);
        else
            universe.net().in(row.at, [&] { row.begin(*source); });
        universe.net().in(row.until, [&] { row.end(*source); });
    }
    universe.observe([&](const Host &host, const core::StoredEvent &event, Span now) { verdict.see(host, event, now); });
    const Outcome outcome = universe.run();
    if (!outcome.good()) return "FAILED: " + to_text(*scenario, outcome, "seed " + std::to_string(seed));
    if (verdict.worst() >= Harm::forgotten && !may_part(column, row)) return "FAILED: parted, and nobody was gone";
    return verdict.words();
}

std::string table() {
    std::vector<std::string> heads, names;
    for (const SourceColumn &column : source_columns()) heads.push_back(column.name);
    for (const SourceRow &row : source_rows()) names.push_back(row.name);
    return table_of(heads, names, [](std::size_t row, std::size_t column) {
        const SourceRow &day = source_rows()[row];
        const SourceColumn &strategy = source_columns()[column];
        return day.only.empty() || mentions(strategy.kind, day.only) ? outcome_of(strategy, day) : "";
    });
}

} // namespace

BOOST_AUTO_TEST_CASE(the_table_tells_what_becomes_of_each) { check_table("sources", "sim_sources", table()); }

} // namespace kith::sim::test
