// SPDX-License-Identifier: MIT
#include "build_plugins.hpp"
#include "whole_test_requested.hpp"

#include <tests/sim/simulation.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

using namespace kith;
using namespace kith::sim;
using namespace kith::sim::test;

namespace {

struct Run {
    SimulationResult result;
    std::string trace; // without the hash, which the result contains
};

std::pair<std::optional<std::string>, std::string> no_file(const std::string &path) { return {std::nullopt, path + ": none"}; }

// isolate: a value of plugins.isolate, which is written into each configuration.
Run run(const std::string &file, const std::string &text, std::string_view isolate, std::uint64_t seed) {
    core::Diagnostics diagnostics;
    auto scenario = parse_scenario(file, text, no_file, diagnostics);
    BOOST_REQUIRE_MESSAGE(scenario, to_text(diagnostics));
    for (ConfigText &config : scenario->configs)
        config.text.insert(config.text.find('{') + 1, R"("plugins": {"isolate": ")" + std::string(isolate) + R"("},)");
    std::ostringstream out;
    Trace trace(&out);
    Simulation simulation(*scenario, build_plugins(), seed, trace);
    BOOST_REQUIRE_MESSAGE(simulation.prepare(diagnostics), to_text(diagnostics));
    Run done{simulation.run(), {}};
    done.trace = out.str();
    return done;
}

bool large(const std::string &name) { return name == "gossip_forty.json" || name == "mesh_sixty_four.json"; }

std::string first_difference(const std::string &one, const std::string &two) {
    std::istringstream a(one), b(two);
    std::string left, right;
    for (int number = 1; std::getline(a, left) && std::getline(b, right); ++number)
        if (left != right) return std::to_string(number).append(": ").append(left).append("\n").append(right);
    return "one is longer";
}

void same_trace(const std::string &file, const std::string &text, std::uint64_t seed) {
    const Run here = run(file, text, "none", seed), isolated = run(file, text, "all", seed);
    BOOST_TEST(here.result.good());
    BOOST_TEST(here.result.events > 0u);
    BOOST_TEST(isolated.result.hash == here.result.hash, file);
    BOOST_TEST((isolated.trace == here.trace), file << ": " << first_difference(here.trace, isolated.trace));
}

std::string with(std::string_view faults, std::string_view expect, std::string_view isolate = R"(, "isolate": true)") {
    return R"({"duration": "2m", "hosts": {"app": {"count": 3}}, "config": {"topologies": {"lan": {"strategy": "gossip", "config": {})" +
           std::string(isolate) + R"(, "connector": "log", "connector_config": {"node": "${NODE}"}}}}, "faults": [)" +
           std::string(faults) + R"(], "expect": [{"at": "2m", "links": "all"})" + std::string(expect) + "]}";
}

// The result of a run of this text as it is.
std::string failures(const std::string &text) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario("text", text, no_file, diagnostics);
    if (!scenario) return to_text(diagnostics);
    Trace trace(nullptr);
    Simulation simulation(*scenario, build_plugins(), 1, trace);
    if (!simulation.prepare(diagnostics)) return to_text(diagnostics);
    std::string all;
    for (const Failure &failure : simulation.run().failures) all += failure.what + "\n";
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace_whether_plugins_are_isolated_or_not) {
    std::size_t files = 0;
    for (const auto &entry : std::filesystem::directory_iterator(KITH_SOURCE_DIR "/tests/sim/scenarios")) {
        const std::string name = entry.path().filename().string();
        // Without isolation there is nothing to crash in isolated.json.
        if (entry.path().extension() != ".json" || name == "isolated.json" || (large(name) && !whole_test_requested()))
            continue;
        std::ifstream in(entry.path());
        same_trace(name, std::string(std::istreambuf_iterator<char>(in), {}), 1);
        ++files;
    }
    BOOST_TEST(files > 2u);
    same_trace("other seed", with("", "", ""), 7);
}

BOOST_AUTO_TEST_CASE(an_isolated_plugin_that_crashes_is_started_again_and_no_peer_is_lost) {
    const std::string crash = R"({"at": "1m", "crash": "app1", "plugin": "gossip"})";
    const std::string_view expected =
        R"(, {"from": "50s", "by": "70s", "hosts": "app1", "some": {"kind": "plugin.crashed", "source": "gossip", "reason": "*signal 9*"}},
           {"from": "50s", "hosts": "all", "never": {"kind": "peer.lost"}}, {"from": "50s", "hosts": "app2..3", "never": {"kind": "plugin.*"}},
           {"from": "50s", "hosts": "all", "never": {"kind": "link.*"}})";
    BOOST_TEST(failures(with(crash, expected)) == "");
    // Without isolation there is nothing to crash, so the expectation is not met.
    BOOST_TEST(failures(with(crash, expected, "")) != "");
}

BOOST_AUTO_TEST_CASE(six_crashes_in_a_minute_are_quarantine) {
    std::string crashes;
    for (int i = 0; i < 12; ++i)
        crashes += (i == 0 ? "" : ", ") + (R"({"at": ")" + std::to_string(30 + 4 * i)) + R"(s", "crash": "app1"})";
    BOOST_TEST(
        failures(with(crashes, R"(, {"from": "30s", "by": "2m", "hosts": "app1", "some": {"kind": "plugin.quarantined"}})")) ==
        "");
}

BOOST_AUTO_TEST_CASE(a_crash_of_an_unknown_host_is_an_error) {
    BOOST_TEST(failures(with(R"({"at": "1m", "crash": "web"})", "")).find("web") != std::string::npos);
    BOOST_TEST(failures(with(R"({"at": "1m", "kill": "app1", "plugin": "gossip"})", "")).find("crash") != std::string::npos);
}
