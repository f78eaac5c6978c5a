// SPDX-License-Identifier: MIT
//
// The warnings of valid configurations.
#include "config_fixture.hpp"

#include <core/config/long_short_node_names.hpp>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace kith::core;
using namespace kith::core::test;
namespace json = boost::json;

namespace {

std::string warnings(std::string_view text) {
    const auto loaded = load_text(text);
    BOOST_TEST(to_text({loaded.diagnostics.errors, {}}) == "");
    return to_text({{}, loaded.diagnostics.warnings});
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_warnings)

BOOST_AUTO_TEST_CASE(options_without_effect) {
    BOOST_TEST(
        warnings(R"({"topologies": {"t": {"strategy": "epmd", "connector": "log", "config": {"hosts": [], "timeout": 5}}}})") ==
        "kith.json:1:87: warning: topologies.t.config.timeout: this option has no effect: kith always connects again\n");
}

BOOST_AUTO_TEST_CASE(long_and_short_names) {
    std::string error;
    const auto connector =
        JsonSchemaValidator::parse(R"({"properties": {"node": {"type": "string", "x-kith-node-name": "either"}}})", error);
    const auto strategy = JsonSchemaValidator::parse(R"({"properties": {
        "hosts": {"type": "array", "items": {"type": "string", "x-kith-node-name": "peer"}},
        "seed": {"type": "string", "x-kith-node-name": "full"}, "query": {"type": "string"}}})",
                                                     error);
    BOOST_REQUIRE(connector && strategy);
    const auto found = [&](const char *node, const char *options) {
        DiagnosticCollector collector;
        const auto local = local_node(*connector, json::parse(R"({"node": ")" + std::string(node) + "\"}"));
        if (!local.empty()) warn_of_mixed_node_names(*strategy, json::parse(options), {}, local, collector);
        Diagnostics out;
        collector.report("f", "", out);
        return to_text(out);
    };
    BOOST_TEST(found("app@10.0.0.7", R"({"hosts": ["b@10.0.0.8", "sp@localhost", "c@fd00::1"]})") ==
               "f:1:1: warning: hosts[1]: sp@localhost is a short name (no dot in the host part), and the local node "
               "app@10.0.0.7 has a "
               "long one: Erlang nodes with long names (-name) and with short names (-sname) never connect\n");
    BOOST_TEST(found("app@here", R"({"seed": "b@10.0.0.8", "query": "c@10.0.0.9"})") ==
               "f:1:1: warning: seed: b@10.0.0.8 is a long name (a dot in the host part), and the local node app@here has a "
               "short one: "
               "Erlang nodes with long names (-name) and with short names (-sname) never connect\n");
    for (const char *node : {"", "app", "app@fd00::1"}) BOOST_TEST(found(node, R"({"hosts": ["b@10.0.0.8", "b@h"]})") == "");
}

BOOST_AUTO_TEST_CASE(unauthenticated_discovery) {
    BOOST_TEST(
        warnings(R"({"topologies": {"t": {"strategy": "k8s_dns", "connector": "erlang"}}})") ==
        "kith.json:1:35: warning: topologies.t.strategy: the strategy `k8s_dns` does not authenticate what it observes, and "
        "the "
        "connector `erlang` trusts the peers that it connects: an attacker who can announce a peer can take over the node; "
        "keep untrusted hosts off "
        "its network or use another strategy (policy.require_authenticated makes this an error)\n");
    BOOST_TEST(warnings(R"({"topologies": {"t": {"strategy": "gossip", "connector": "erlang"}}})") ==
               "kith.json:1:35: warning: topologies.t.strategy: the strategy `gossip`, with these options, does not "
               "authenticate what it "
               "observes, and the connector `erlang` trusts the peers that it connects: an attacker who can announce a peer "
               "can take over the node; "
               "use its "
               "authenticated mode (policy.require_authenticated makes this an error)\n");
}

BOOST_AUTO_TEST_CASE(unused_connectors_and_equal_ones) {
    BOOST_TEST(
        warnings(
            R"({"connectors": {"a": {"plugin": "log"}, "b": {"plugin": "log"}, "c": {"plugin": "log", "config": {"node": "n"}}},
        "topologies": {"t": {"strategy": "k8s_dns", "connector": "b"}}})") ==
        "kith.json:1:41: warning: connectors.b: this is the same as connectors.a; one instance serves both names\n"
        "kith.json:1:65: warning: connectors.c: no topology uses this connector\n");
}

BOOST_AUTO_TEST_CASE(a_secret_file_readable_by_others) {
    BOOST_TEST(
        warnings(
            R"({"topologies": {"t": {"strategy": "gossip", "connector": "log", "config": {"secret": "${file:/run/open}"}}}})") ==
        "kith.json:1:86: warning: topologies.t.config.secret: the file \"/run/open\" can be read by group or others; if it "
        "holds "
        "a secret: chmod 600\n");
}

BOOST_AUTO_TEST_CASE(files_that_options_name) {
    World world;
    world.environment["DIR"] = "/hush";
    std::string asked;
    world.file_fault = [&](const std::string &path, FileUse use) {
        asked += (use == FileUse::read ? "read " : "execute ") + path + '\n';
        return path == "/there" ? "" : "no such file";
    };
    const auto loaded = load_text(R"({
"sinks": {"a": {"plugin": "file", "config": {"path": "/there", "run": ["/none", "/argument"]}},
          "b": {"plugin": "file", "config": {"path": "${DIR}/x"}},
          "c": {"plugin": "file", "config": {"path": "relative"}}},
"topologies": {"t": {"strategy": "epmd", "connector": "log", "config": {"hosts": []}}}})",
                                  world);
    BOOST_TEST(to_text(loaded.diagnostics) ==
               "kith.json:2:72: warning: sinks.a.config.run[0]: /none cannot be executed here by this user: no such file\n"
               "kith.json:3:54: warning: sinks.b.config.path: the file cannot be read here by this user: no such file\n");
    BOOST_TEST(asked == "read /there\nexecute /none\nread /hush/x\n");
}

BOOST_AUTO_TEST_SUITE_END()
