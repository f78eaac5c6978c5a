// SPDX-License-Identifier: MIT
#include <tests/sim/scenario.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::sim;
using namespace std::chrono_literals;
namespace core = kith::core;

namespace {

std::pair<std::optional<std::string>, std::string> read(const std::string &path) {
    if (path == "dir/kith.json") return {"{}", ""};
    return {std::nullopt, "no such file"};
}

// A scenario with two groups and the given other keys.
std::string with(const std::string &more, const std::string &hosts = R"("app": {"count": 5}, "db": {})") {
    return R"({"duration": "1h", "hosts": {)" + hosts + R"(}, "config": {"topologies": {}})" +
           (more.empty() ? "" : ", " + more) + "}";
}

std::optional<Scenario> parse(const std::string &text, core::Diagnostics &diagnostics) {
    return parse_scenario("dir/x.json", text, read, diagnostics);
}

Scenario good(const std::string &text) {
    core::Diagnostics diagnostics;
    auto scenario = parse(text, diagnostics);
    BOOST_REQUIRE_MESSAGE(scenario, to_text(diagnostics));
    return *scenario;
}

std::string errors(const std::string &text) {
    core::Diagnostics diagnostics;
    BOOST_TEST(!parse(text, diagnostics));
    return to_text(diagnostics);
}

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<std::string> names(const Scenario &scenario, const HostSelection &selection) {
    std::vector<std::string> out;
    selection.hosts.each([&](std::size_t i) { out.push_back(scenario.hosts[i].name); });
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scenarios)

BOOST_AUTO_TEST_CASE(hosts_have_names_addresses_and_nodes) {
    const Scenario scenario = good(with("", R"("app": {"count": 3, "start": ["1s", "5s"], "env": {"WHO": "${HOST}"}},
        "db": {}, "six": {"count": 2, "address": "fd00::ff", "node": "x${N}@six", "epmd": true},
        "far": {"count": 2, "address": "10.1.0.255", "epmd": ["a", "b"], "files": {"/f": "I am ${NODE}, ${UNKNOWN}"}})"));
    BOOST_REQUIRE(scenario.hosts.size() == 8u);
    BOOST_TEST(scenario.hosts[2].name == "app3");
    BOOST_TEST(scenario.hosts[2].node == "app@10.0.0.3");
    BOOST_TEST(scenario.hosts[2].env.at("WHO") == "app3");
    BOOST_CHECK(scenario.hosts[2].start_least == 1s && scenario.hosts[2].start_most == 5s);
    BOOST_TEST(scenario.hosts[3].name == "db");
    BOOST_TEST(scenario.hosts[3].address.text() == "10.0.0.4");
    BOOST_TEST(scenario.hosts[5].address.text() == "fd00::100");
    BOOST_TEST(scenario.hosts[5].node == "x2@six");
    BOOST_REQUIRE(scenario.hosts[5].epmd);
    BOOST_TEST(scenario.hosts[5].epmd->front() == "x2");
    BOOST_TEST(scenario.hosts[7].address.text() == "10.1.1.0");
    BOOST_TEST(scenario.hosts[7].epmd->size() == 2u);
    BOOST_TEST(scenario.hosts[7].files.at("/f") == "I am far@10.1.1.0, ${UNKNOWN}");
}

BOOST_AUTO_TEST_CASE(hosts_are_selected_by_name_group_and_range) {
    const Scenario scenario = good(with(R"("faults": [
        {"at": "1s", "kill": "app2..4"}, {"at": "1s", "kill": ["app1", "db"]}, {"at": "1s", "kill": "app4..app5"},
        {"at": "1s", "kill": "all"}, {"at": "1s", "kill": "app"}, {"at": "1s", "partition": ["app1", ["app2", "db"]]}])"));
    const auto selected = [&](std::size_t fault) { return names(scenario, scenario.faults[fault].hosts); };
    BOOST_TEST(selected(0) == (std::vector<std::string>{"app2", "app3", "app4"}), boost::test_tools::per_element());
    BOOST_TEST(selected(1) == (std::vector<std::string>{"app1", "db"}), boost::test_tools::per_element());
    BOOST_TEST(selected(2) == (std::vector<std::string>{"app4", "app5"}), boost::test_tools::per_element());
    BOOST_TEST(selected(3).size() == 6u);
    BOOST_TEST(selected(4).size() == 5u);
    BOOST_REQUIRE(scenario.faults[5].sets.size() == 2u);
    BOOST_TEST(names(scenario, scenario.faults[5].sets[1]).size() == 2u);
}

BOOST_AUTO_TEST_CASE(times_of_expectations) {
    const Scenario scenario =
        good(with(R"("expect": [{"members": "all"}, {"at": "5s", "links": "all"}, {"by": "6s", "knows": "db"},
        {"from": "1s", "by": "7s", "ready": true}, {"from": "1s", "to": "2s", "never": {"kind": "peer.*"}}])"));
    using When = Expectation::When;
    const auto is = [&](std::size_t i, When when, Duration from, Duration to) {
        const Expectation &of = scenario.expectations[i];
        return of.when == when && of.from == from && of.to == to;
    };
    BOOST_CHECK(is(0, When::throughout, 0s, 1h));
    BOOST_CHECK(is(1, When::at, 0s, 5s));
    BOOST_CHECK(is(2, When::by, 0s, 6s));
    BOOST_CHECK(is(3, When::by, 1s, 7s));
    BOOST_CHECK(is(4, When::throughout, 1s, 2s));
    BOOST_TEST(scenario.expectations[0].hosts.up);
    BOOST_TEST(scenario.expectations[4].line == 2u);
}

BOOST_AUTO_TEST_CASE(a_configuration_keeps_its_position_or_is_read_from_its_file) {
    const std::string text =
        "{\n \"duration\": \"1h\", /* { */ \"hosts\": {\"app\": {}},\n \"config\": {\"a\": [\"}\", // }\n 1]} }";
    const Scenario inside = good(text);
    BOOST_TEST(inside.configs[0].file == "dir/x.json");
    BOOST_TEST(inside.configs[0].text.size() == text.size());
    const auto at = text.find("{\"a\"");
    BOOST_TEST(inside.configs[0].text.substr(at) == text.substr(at, text.size() - at - 2) + "  ");
    BOOST_TEST(inside.configs[0].text.substr(0, at).find_first_not_of(" \n") == std::string::npos);
    const Scenario beside = good(R"({"duration": "1h", "hosts": {"app": {}}, "config": "kith.json"})");
    BOOST_TEST(beside.configs[0].file == "dir/kith.json");
    BOOST_TEST(contains(errors(R"({"duration": "1h", "hosts": {"app": {}}, "config": "/none"})"),
                        "cannot read \"/none\": no such file"));
}

BOOST_AUTO_TEST_CASE(errors_name_their_position) {
    const auto faults = [](const std::string &fault) { return errors(with(R"("faults": [)" + fault + "]")); };
    const auto expects = [](const std::string &one) { return errors(with(R"("expect": [)" + one + "]")); };
    BOOST_TEST(contains(errors("{"), "dir/x.json:1:"));
    BOOST_TEST(contains(errors(R"({"hosts": {"app": {}}, "config": {}})"), "duration: `duration` is required: a time such as"));
    BOOST_TEST(contains(errors(with(R"("sed": 1)")), "there is no option \"sed\" here; did you mean `seed`?"));
    BOOST_TEST(contains(errors(with("", R"("up": {})")), "other than all and up"));
    BOOST_TEST(
        contains(errors(with("", R"("a": {"address": "10.0.0.9"}, "b": {"address": "10.0.0.9"})")), "10.0.0.9 of b is used"));
    BOOST_TEST(contains(errors(with("", R"("a": {"count": 2, "node": "x@y"})")), "use `${ADDRESS}` or `${HOST}` in `node`"));
    BOOST_TEST(contains(errors(with("", R"("a": {"address": "10.0.0"})")), "expected a numeric address"));
    BOOST_TEST(contains(errors(with("", R"("a": {"start": ["5s", "1s"]})")), "expected the lower bound first: [1s, 5s]"));
    BOOST_TEST(contains(faults(R"({"at": "1s", "kill": "ap1"})"),
                        "faults[0].kill: there is no host or group \"ap1\"; did you mean `app`?"));
    BOOST_TEST(contains(faults(R"({"at": "1s", "kill": "app4..9"})"), "the group `app` has 5 hosts, numbered from 1"));
    BOOST_TEST(contains(faults(R"({"at": "1s", "kill": "app0"})"), "the group `app` has 5 hosts, numbered from 1"));
    BOOST_TEST(contains(faults(R"({"at": "1s"})"), "this entry names no fault; expected one of `kill`"));
    BOOST_TEST(contains(faults(R"({"at": "1s", "kill": "db", "deaf": "db"})"), "are two faults"));
    BOOST_TEST(
        contains(faults(R"({"at": "2h", "kill": "db"})"), "this is after the end of the scenario: its `duration` is 1h"));
    BOOST_TEST(contains(faults(R"({"at": "2s", "until": "1s", "kill": "db"})"), "expected a time after `at`"));
    BOOST_TEST(contains(faults(R"({"at": "2s", "until": "1m", "restart": "db"})"), "`restart` takes no `until`"));
    BOOST_TEST(contains(faults(R"({"at": "2s", "clock": "1d"})"), "`hosts` is required with `clock`"));
    BOOST_TEST(contains(faults(R"({"at": "2s", "address": "10.0.0.9"})"), "`hosts` is required with `address`"));
    BOOST_TEST(
        contains(faults(R"({"at": "2s", "inject": {"to": "10.0.0.1", "port": 1}})"), "expected one of `heartbeat`, `hex` and"));
    BOOST_TEST(contains(expects(R"({"members": "all", "links": "all"})"), "and `never`, got 2"));
    BOOST_TEST(contains(expects(R"({"at": "1s", "by": "2s", "links": "all"})"), "expected `at`, or `by`"));
    BOOST_TEST(contains(expects(R"({"some": {"kind": "link.up"}})"), "`some` needs `by`"));
    BOOST_TEST(contains(expects(R"({"at": "1s", "never": {"kind": "link.up"}})"), "`never` needs `from`"));
    BOOST_TEST(contains(expects(R"({"never": {"kind": "link.upp"}})"), "no event kind \"link.upp\"; did you mean `link.up`?"));
    BOOST_TEST(contains(expects(R"({"from": "2s", "to": "1s", "links": "all"})"), "its end is before its begin"));
    BOOST_TEST(contains(expects(R"({"members": {}})"), "expect[0].members: "));
}

BOOST_AUTO_TEST_SUITE_END()
