// SPDX-License-Identifier: MIT
//
// Whole runs with the real plugins: expectations that are met and expectations that are not.
#include "build_plugins.hpp"

#include <tests/sim/result_report.hpp>

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace kith::sim;
namespace core = kith::core;

namespace {

// Three hosts with a fixed list of all three, for ten minutes.
std::string three(const std::string &more) {
    return R"({"duration": "10m", "hosts": {"app": {"count": 3}}, "config": {"topologies": {"t": {"strategy": "epmd",
        "config": {"hosts": ["app@10.0.0.1", "app@10.0.0.2", "app@10.0.0.3"]},
        "connector": "log", "connector_config": {"node": "${NODE}"}}}}, )" +
           more + "}";
}

SimulationResult run(const std::string &text, std::uint64_t seed = 1, std::ostream *out = nullptr) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario("x.json", text, nullptr, diagnostics);
    BOOST_REQUIRE_MESSAGE(scenario, to_text(diagnostics));
    Trace trace(out);
    Simulation simulation(*scenario, test::build_plugins(), seed, trace);
    BOOST_REQUIRE_MESSAGE(simulation.prepare(diagnostics), to_text(diagnostics));
    return simulation.run();
}

// The failures of a run, one line each.
std::string failures(const std::string &more) {
    std::string out;
    for (const Failure &failure : run(three(more)).failures)
        out += to_text(failure.at) + ' ' + failure.host + ' ' + failure.what + '\n';
    return out;
}

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_SUITE(expectation_evaluator)

BOOST_AUTO_TEST_CASE(met_expectations) {
    BOOST_TEST(
        failures(R"("expect": [{"at": "1s", "members": "all"}, {"at": "1s", "links": "all"}, {"from": "1s", "members": "app"},
        {"at": "1s", "knows": "app2"}, {"at": "1s", "members": {"least": 2, "most": 2}}, {"at": "1s", "ready": true},
        {"at": "1s", "stale": false}, {"by": "1s", "some": {"kind": "link.up", "peer": "all"}},
        {"never": {"kind": "peer.lost"}}])") == "");
}

BOOST_AUTO_TEST_CASE(unmet_expectations) {
    const auto fails = [](const std::string &expectation) { return failures(R"("expect": [)" + expectation + "]"); };
    BOOST_TEST(contains(fails(R"({"at": "1s", "members": "app1..2"})"),
                        "1s app1 it has 2 members, expected 1; unexpected: app@10.0.0.3"));
    BOOST_TEST(contains(fails(R"({"by": "1s", "links": {"least": 3}})"), "1s app1 it has 2 links, expected at least 3"));
    BOOST_TEST(contains(fails(R"({"from": "1s", "links": {"most": 1}})"), "1s app3 it has 2 links, expected at most 1"));
    BOOST_TEST(contains(fails(R"({"at": "1s", "stale": true})"), "t is not stale"));
    BOOST_TEST(contains(fails(R"({"at": "1s", "ready": false})"), "t is ready"));
    BOOST_TEST(
        contains(fails(R"({"by": "1s", "some": {"kind": "link.up", "peer": "app1"}})"), "1s app1 it published no such event"));
    BOOST_TEST(contains(fails(R"({"never": {"kind": "link.*", "peer": "app2"}})"), R"(app3 it published {"v":1)"));
    BOOST_TEST(contains(fails(R"({"by": "1s", "some": {"kind": "link.up", "reason": "nothing like it"}})"), "app2"));
}

BOOST_AUTO_TEST_CASE(hosts_that_are_not_up_are_not_evaluated_and_not_expected) {
    BOOST_TEST(failures(R"("faults": [{"at": "1m", "kill": "app3", "until": "2m"}, {"at": "5m", "stop": "app2"}],
        "expect": [{"at": "90s", "hosts": "up", "members": "all"}, {"from": "2m", "by": "2m1s", "hosts": "app3", "links": "all"},
                   {"at": "6m", "hosts": "up", "links": "all"}])") == "");
    BOOST_TEST(contains(failures(R"("faults": [{"at": "1m", "kill": "app3"}],
        "expect": [{"at": "2m", "hosts": "app3", "members": "all"}])"),
                        "app3 kith does not run on it"));
    BOOST_TEST(contains(failures(R"("faults": [{"at": "1m", "kill": "app3"}], "expect": [{"at": "2m", "members": "up"}])"),
                        "unexpected: app@10.0.0.3"));
}

BOOST_AUTO_TEST_CASE(the_time_since_which_it_is_met_is_reported) {
    const SimulationResult result = run(three(R"("faults": [{"at": "1m", "kill": "app1", "until": "80s"}],
        "expect": [{"from": "1m", "by": "2m", "hosts": "app1", "links": "all"}])"));
    BOOST_TEST(result.good());
    BOOST_REQUIRE(result.held.size() == 1u);
    BOOST_TEST(to_text(result.held.front().since) == "20s");
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_run) {
    const std::string text = three(R"("faults": [{"at": "1m", "restart": "all"}])");
    std::ostringstream one, two, other;
    BOOST_TEST(run(text, 7, &one).hash == run(text, 7, &two).hash);
    BOOST_TEST(run(text, 8, &other).good());
    BOOST_CHECK(one.str() == two.str());
    BOOST_CHECK(one.str() != other.str());
    BOOST_TEST(contains(one.str(), R"("fault":{"at":"1m","restart":"all"})"));
}

BOOST_AUTO_TEST_CASE(a_failure_contains_the_command_that_repeats_it) {
    const std::string text = three(R"("expect": [{"at": "1s", "members": "app1"}])");
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario("x.json", text, nullptr, diagnostics);
    const SimulationResult result = run(text);
    BOOST_TEST(contains(to_text(*scenario, result, "kith sim x.json --seed 1"), "Run it again: kith sim x.json --seed 1\n"));
    BOOST_TEST(contains(to_json(*scenario, result, "kith sim x.json --seed 1"), R"("again":"kith sim x.json --seed 1")"));
}

BOOST_AUTO_TEST_SUITE_END()
