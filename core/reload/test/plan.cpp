// SPDX-License-Identifier: MIT
//
// What differs between two configurations.
#include <core/reload/plan.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

namespace {

Config configuration() {
    Config config;
    config.connectors = {{"beam", "erlang", R"({"node":"a@h","cookie":"secret-1"})"}, {"log", "log", "{}"}};
    Topology one{"one", {{"s", "epmd", R"({"hosts":["a@h","b@h"],"timeout":1})", true}}, "beam", {}};
    Topology two{"two", {{"x", "dns_poll", "{}", false}, {"y", "gossip", "{}", true}}, "log", {}};
    config.topologies = {one, two};
    config.sinks = {{"out", "file", R"({"path":"/x"})", {}}};
    return config;
}

std::vector<std::string> lines(const Config &next, const Config &running = configuration()) {
    return describe(plan_reload(running, next));
}

using Lines = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(reload_plan)

BOOST_AUTO_TEST_CASE(equal_configurations_have_an_empty_plan) {
    BOOST_TEST(plan_reload(configuration(), configuration()).empty());
    Config other = configuration();
    other.file = "elsewhere.json";                                         // where it stands does not matter
    other.connectors[0].options = R"({"cookie":"secret-1","node":"a@h"})"; // nor the order of members
    BOOST_TEST(plan_reload(configuration(), other).empty());
}

BOOST_AUTO_TEST_CASE(added_and_removed_parts_are_in_the_plan) {
    Config next = configuration();
    next.topologies.erase(next.topologies.begin());
    next.topologies.push_back({"three", {{"s", "k8s", "{}", true}}, "log", {}});
    next.connectors.push_back({"mesh", "mesh", "{}"});
    next.sinks.clear();
    BOOST_TEST(lines(next) ==
                   (Lines{"connector mesh: added", "topology one: removed", "topology three: added", "sink out: removed"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(changed_options_are_listed_by_key_without_values) {
    Config next = configuration();
    next.connectors[0].options = R"({"node":"b@h","cookie":"secret-2"})";
    next.topologies[0].sources[0].options = R"({"hosts":["a@h"],"interval":5,"timeout":1})";
    next.topologies[0].policy.grace = Policy::milliseconds(5);
    next.topologies[0].policy.prune = Prune::disconnect;
    next.sinks[0].filter = {"peer.*"};
    const Lines found = lines(next);
    BOOST_TEST(found ==
                   (Lines{"connector beam: restarted, by config.cookie, config.node",
                          "topology one: changed, by policy.grace, policy.prune",
                          "strategy one.s: restarted, by config.hosts, config.interval", "sink out: restarted, by filter"}),
               boost::test_tools::per_element());
    for (const std::string &line : found) BOOST_TEST(line.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_change_of_plugin_or_connector_rebuilds_the_part) {
    Config next = configuration();
    next.connectors[0].plugin = "exec";
    BOOST_TEST(lines(next) == (Lines{"connector beam: rebuilt, by plugin", "topology one: rebuilt, by connector"}),
               boost::test_tools::per_element());
    next = configuration();
    next.topologies[0].connector = "log";
    std::swap(next.topologies[1].sources[0], next.topologies[1].sources[1]); // their order counts for policy.merge
    BOOST_TEST(lines(next) == (Lines{"topology one: rebuilt, by connector", "topology two: rebuilt, by strategies"}),
               boost::test_tools::per_element());
    next = configuration();
    next.topologies[0].sources[0].plugin = "k8s";
    BOOST_TEST(lines(next) == Lines{"strategy one.s: restarted, by strategy"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(some_keys_need_a_restart) {
    Config next = configuration();
    next.state_dir = "/elsewhere";
    next.api.socket = "/s";
    next.events.ring = 7;
    next.events.queue = 8;
    next.log.level = "debug";
    const ReloadPlan found = plan_reload(configuration(), next);
    BOOST_TEST(found.refused == (Lines{"state_dir", "api.socket", "events.ring", "log"}), boost::test_tools::per_element());
    BOOST_TEST(describe(found).front() == "settings: changed, by events.queue");
}

BOOST_AUTO_TEST_CASE(the_tcp_addresses_of_the_api_are_reloadable) {
    Config next = configuration();
    next.api.listen = {{"127.0.0.1:9464", {"read"}, false}};
    BOOST_TEST(lines(next) == Lines{"settings: changed, by api.listen"}, boost::test_tools::per_element());
    Config secured = next;
    secured.api.listen[0].tls = ApiTlsFiles{"/c", "/k", ""};
    BOOST_TEST(describe(plan_reload(next, secured)) == Lines{"settings: changed, by api.listen"},
               boost::test_tools::per_element());
    next.api.control_token = "secret-of-sixteen";
    next.api.hosts = {"kith.example"};
    BOOST_TEST(lines(next) == Lines{"settings: changed, by api.listen, api.tokens, api.hosts"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(strings_removed_from_a_list_are_found) {
    BOOST_TEST(removed_strings(R"({"hosts":["a","b"],"other":["c"],"name":"d","deep":{"list":["e"]}})",
                               R"({"hosts":["b","c"],"name":"x"})") == (Lines{"e", "a", "c"}),
               boost::test_tools::per_element());
    BOOST_TEST(removed_strings("{}", R"({"hosts":["a"]})").empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
