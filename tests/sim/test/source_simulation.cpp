// SPDX-License-Identifier: MIT
#include "sources_cells.hpp"
#include "verdict.hpp"

#include <tests/sim/report.hpp>

namespace kith::sim::test {

namespace {

std::string text_of(const SourceColumn &column, const SourceRow &row, const std::string &end) {
    return R"({"duration": ")" + end + R"(", "hosts": {"app": {"count": )" + std::to_string(row.hosts) +
           R"(, "start": ["0s", "5s"])" + column.hosts +
           R"(}}, "config": {"state_dir": "/var/lib/kith", "topologies": {"t": {)" + column.config +
           R"(, "connector": "log", "connector_config": {"node": "${NODE}"}, "policy": {)" + column.policy +
           (column.policy.empty() || row.policy.empty() ? "" : ", ") + row.policy + R"(}}}}, )" +
           (mentions(column.kind, row.may_part) ? R"("may_lose": "app", )" : "") + R"("faults": [)" + row.faults +
           R"(], "expect": [)" + row.expect + R"({"at": ")" + end + R"(", "members": "app"}, {"at": ")" + end +
           R"(", "stale": false}]})";
}

} // namespace

std::string live(const SourceColumn &column, const SourceRow &row, Span duration,
                 const std::function<void(World &world)> &watch) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario(column.name, text_of(column, row, to_text(duration)), nullptr, diagnostics);
    if (!scenario) return "FAILED: " + to_text(diagnostics);
    constexpr std::uint64_t seed = 1;
    Trace trace(nullptr);
    Universe universe(*scenario, plugins(), seed, trace);
    if (!universe.prepare(diagnostics)) return "FAILED: " + to_text(diagnostics);
    const auto source = column.make(universe);
    World world{*scenario, universe, *source};
    watch(world);
    if (row.begin) {
        if (row.at == Span{})
            row.begin(*source);
        else
            universe.net().in(row.at, [&] { row.begin(*source); });
        universe.net().in(row.until, [&] { row.end(*source); });
    }
    const Outcome outcome = universe.run();
    return outcome.good() ? "" : "FAILED: " + to_text(*scenario, outcome, "seed " + std::to_string(seed));
}

} // namespace kith::sim::test
