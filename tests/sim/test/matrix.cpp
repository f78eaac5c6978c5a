// SPDX-License-Identifier: MIT
//
// Runs the matrix and holds it against the table of tests/README.md. KITH_UPDATE=1 writes the table.
#define BOOST_TEST_MODULE sim_matrix
#include "matrix.hpp"

#include <tests/sim/report.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;

const Plugins &plugins() {
    static const auto loaded = load_plugins({KITH_BINARY_DIR "/plugins"});
    return *loaded;
}

std::string text_of(const Column &column, const Row &row) {
    return R"({"duration": "90m", )" + row.more + R"("hosts": {"app": {)" + column.hosts +
           R"(, "env": {"SECRET": "old", "SECOND": "new"}})" + (row.stranger.empty() ? "" : ", " + row.stranger) +
           R"(}, "config": {"topologies": {"t": {)" + column.config +
           R"(, "connector": "log", "connector_config": {"node": "${NODE}"}}}}, "faults": [)" + row.faults +
           R"(], "expect": [{"at": "90m", "hosts": "app", )" + column.complete +
           R"(}, {"at": "90m", "stale": false, "hosts": "app"}]})";
}

// The worst that befell a peer, or the view of them.
enum class Harm : std::uint8_t { held, stale, missing, guarded, parted };
constexpr std::array<std::string_view, 5> harm_words = {"held", "stale", "missing", "guarded", "parted"};

Harm harm_of(std::uint32_t kind) {
    switch (kind) {
    case KITH_EVENT_TOPOLOGY_STALE: return Harm::stale;
    case KITH_EVENT_PEER_MISSING: return Harm::missing;
    case KITH_EVENT_PEER_HELD: return Harm::guarded;
    case KITH_EVENT_PEER_LOST: return Harm::parted;
    default: return Harm::held;
    }
}

// In steps, so that the table does not change with every draw of the random source.
std::string healed_in(Span after) {
    for (const auto &[most, words] :
         {std::pair<Span, const char *>{1s, "1 s"}, {5s, "5 s"}, {15s, "15 s"}, {60s, "1 min"}, {5min, "5 min"}}) {
        if (after <= most) return std::string("; healed in ") + words;
    }
    return "; healed in " + to_text(after);
}

Span last_fault(const Scenario &scenario) {
    Span last{};
    for (const Fault &fault : scenario.faults) last = std::max(last, fault.until.value_or(fault.at));
    return last;
}

bool is_member(const Scenario &scenario, std::string_view peer) {
    return std::any_of(scenario.hosts.begin(), scenario.hosts.end(), [&](const HostPlan &plan) {
        if (plan.group != "app") return false;
        if (peer == plan.node) return true;
        const std::string host = plan.node.substr(plan.node.find('@'));
        return plan.epmd &&
               std::any_of(plan.epmd->begin(), plan.epmd->end(), [&](const auto &name) { return peer == name + host; });
    });
}

} // namespace

std::string outcome_of(const Column &column, const Row &row) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario(column.name, text_of(column, row), nullptr, diagnostics);
    if (!scenario) return "FAILED: " + to_text(diagnostics);
    Harm worst = Harm::held;
    Span healed{};
    const Span over = last_fault(*scenario);
    constexpr std::uint64_t seed = 1;
    Trace trace(nullptr);
    Universe universe(*scenario, plugins(), seed, trace);
    if (!universe.prepare(diagnostics)) return "FAILED: " + to_text(diagnostics);
    universe.observe([&](const Host &host, const core::StoredEvent &event, Span now) {
        if (host.plan().group != "app" || now < 1min) return; // at the start all is new, and what is wrong there is the row's
        if (!event.peer().empty() && !is_member(*scenario, event.peer())) return; // a ghost may come and go
        worst = std::max(worst, harm_of(event.kind()));
        const bool heals = event.kind() == KITH_EVENT_PEER_DISCOVERED || event.kind() == KITH_EVENT_TOPOLOGY_FRESH;
        if (heals && now > over) healed = std::max(healed, now - over);
    });
    const Outcome outcome = universe.run();
    if (!outcome.good()) return "FAILED: " + to_text(*scenario, outcome, "seed " + std::to_string(seed));
    std::string words(harm_words[static_cast<std::size_t>(worst)]);
    if (healed > Span{}) words += healed_in(healed);
    if (worst == Harm::parted && !row.may_part) return "FAILED: parted, and nobody was gone";
    return words;
}

namespace {

bool concerns(const Row &row, const Column &column) {
    if (row.sealed_only && !column.sealed) return false;
    return row.only.empty() || (' ' + row.only + ' ').find(' ' + column.kind + ' ') != std::string::npos;
}

// The table, as it stands in the README between its markers.
std::string table() {
    std::string out = "| |";
    for (const Column &column : columns()) out += ' ' + column.name + " |";
    out += "\n|---|";
    for (std::size_t i = 0; i < columns().size(); ++i) out += "---|";
    out += '\n';
    for (const Row &row : rows()) {
        out += "| " + row.name + " |";
        for (const Column &column : columns()) {
            const std::string cell = concerns(row, column) ? outcome_of(column, row) : "";
            BOOST_TEST(!cell.starts_with("FAILED"), column.name << ", " << row.name << ": " << cell);
            out += cell.empty() ? " |" : ' ' + cell + " |";
        }
        out += '\n';
    }
    return out;
}

constexpr std::string_view begin_mark = "<!-- matrix: made by sim_matrix -->\n";
constexpr std::string_view end_mark = "<!-- matrix: end -->\n";

} // namespace

BOOST_AUTO_TEST_CASE(the_table_tells_what_becomes_of_each) {
    const std::string made = table();
    BOOST_TEST_MESSAGE(made);
    const std::string path = KITH_SOURCE_DIR "/tests/README.md";
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    std::string readme = text.str();
    const auto begin = readme.find(begin_mark);
    const auto end = readme.find(end_mark);
    BOOST_REQUIRE(begin != std::string::npos);
    BOOST_REQUIRE(end != std::string::npos);
    const auto from = begin + begin_mark.size();
    if (std::getenv("KITH_UPDATE") != nullptr) {
        std::ofstream(path, std::ios::trunc) << readme.replace(from, end - from, made);
        return;
    }
    BOOST_TEST(readme.substr(from, end - from) == made, "the table of tests/README.md is out of date; it is now:\n"
                                                            << made << "KITH_UPDATE=1 build/bin/sim_matrix writes it");
}

} // namespace kith::sim::test
