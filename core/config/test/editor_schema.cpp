// SPDX-License-Identifier: MIT
//
// The schema for editors: what it takes and what it refuses, by valijson.
#include "config_fixture.hpp"

#include <core/config/editor_schema.hpp>
#include <core/config/json_schema_validator.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace kith::core;
namespace json = boost::json;

namespace {

struct Editor {
    json::value schema = json::parse(editor_schema(test::catalogue()));

    bool takes(const std::string &text) const { return valijson_complaints(schema, json::parse(text), KeyPath()).empty(); }
    // A topology with more keys beside a strategy and a connector.
    bool takes_topology(const std::string &more) const { return takes(R"({"topologies": {"t": {)" + more + "}}}"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(schema_of_the_whole_file, Editor)

BOOST_AUTO_TEST_CASE(the_options_are_those_of_the_named_plugin) {
    BOOST_TEST(takes_topology(R"("strategy": "gossip", "config": {"port": 4000}, "connector": "log")"));
    BOOST_TEST(!takes_topology(R"("strategy": "gossip", "config": {"port": 0}, "connector": "log")"));
    BOOST_TEST(!takes_topology(R"("strategy": "gossip", "config": {"prot": 4000}, "connector": "log")"));
    BOOST_TEST(!takes_topology(R"("strategy": "epmd", "config": {"port": 4000}, "connector": "log")"));
    BOOST_TEST(!takes_topology(R"("strategy": "epmd", "config": {}, "connector": "log")"));
    BOOST_TEST(takes_topology(
        R"("strategy": "epmd", "config": {"hosts": ["a@h"]}, "connector": "log", "connector_config": {"node": "n"})"));
    BOOST_TEST(!takes_topology(
        R"("strategy": "epmd", "config": {"hosts": ["a@h"]}, "connector": "log", "connector_config": {"n": "n"})"));
    BOOST_TEST(!takes_topology(R"("strategies": [{"strategy": "gossip", "config": {"prot": 1}}], "connector": "log")"));
    BOOST_TEST(takes_topology(
        R"("strategies": [{"strategy": "gossip", "config": {"port": 1}}, {"strategy": "kubernetes_dns"}], "connector": "log")"));
}

BOOST_AUTO_TEST_CASE(a_plugin_without_options_accepts_none) {
    BOOST_TEST(takes_topology(R"("strategy": "kubernetes_dns", "config": {}, "connector": "log")"));
    BOOST_TEST(!takes_topology(R"("strategy": "kubernetes_dns", "config": {"a": 1}, "connector": "log")"));
}

BOOST_AUTO_TEST_CASE(plugins_that_are_not_installed_are_refused) {
    BOOST_TEST(!takes_topology(R"("strategy": "gosip", "connector": "log")"));
    BOOST_TEST(takes_topology(R"("strategy": "gossip", "connector": "a_name_of_the_file")"));
    const auto connector = [&](const std::string &id) {
        return takes(R"({"connectors": {"a": {"plugin": ")" + id +
                     R"("}}, "topologies": {"t": {"strategy": "gossip", "connector": "a"}}})");
    };
    BOOST_TEST(connector("beam"));
    BOOST_TEST(!connector("gossip"));
}

BOOST_AUTO_TEST_CASE(connectors_and_sinks) {
    const auto with = [&](const std::string &section) {
        return takes("{" + section + R"(, "topologies": {"t": {"strategy": "gossip", "connector": "log"}}})");
    };
    BOOST_TEST(with(R"("connectors": {"a": {"plugin": "erlang", "config": {"node": "a@h"}}})"));
    BOOST_TEST(!with(R"("connectors": {"a": {"plugin": "erlang", "config": {"node": "nowhere"}}})"));
    BOOST_TEST(with(R"("sinks": {"a": {"plugin": "file", "config": {"path": "/x"}}})"));
    BOOST_TEST(!with(R"("sinks": {"a": {"plugin": "file", "config": {}}})"));
}

BOOST_AUTO_TEST_CASE(substitutions_are_accepted_everywhere) {
    BOOST_TEST(takes_topology(R"("strategy": "gossip", "config": {"port": "${PORT}"}, "connector": "log")"));
    BOOST_TEST(!takes_topology(R"("strategy": "gossip", "config": {"port": "4000"}, "connector": "log")"));
    BOOST_TEST(takes_topology(R"("strategy": "gossip", "config": {"seal": "${SEAL:-authenticated}"}, "connector": "log")"));
    BOOST_TEST(
        takes_topology(R"("strategy": "gossip", "connector": "log", "policy": {"grace": "${GRACE}", "merge": "${MERGE}"})"));
    BOOST_TEST(takes_topology(R"("strategy": "${STRATEGY}", "config": {"what": "ever"}, "connector": "log")"));
}

BOOST_AUTO_TEST_CASE(the_sections_of_the_file) {
    BOOST_TEST(takes_topology(R"("strategy": "gossip", "connector": "log", "policy": "libcluster")"));
    BOOST_TEST(!takes_topology(R"("strategy": "gossip", "connector": "log", "policy": "elixir")"));
    BOOST_TEST(!takes_topology(R"("strategy": "gossip", "connector": "log", "policy": {"graze": 1})"));
    BOOST_TEST(!takes(R"({"topologies": {}})"));
    BOOST_TEST(!takes(R"({"topologys": {}})"));
    BOOST_TEST(takes(
        R"({"$schema": "./kith.schema.json", "log": {"level": "debug"}, "topologies": {"t": {"strategy": "gossip", "connector": "log"}}})"));
    BOOST_TEST(!takes(R"({"log": {"level": "loud"}, "topologies": {"t": {"strategy": "gossip", "connector": "log"}}})"));
}

// References of a plugin's schema lead to where it stands now.
BOOST_AUTO_TEST_CASE(references_of_a_plugin) {
    PluginCatalogue catalogue = test::catalogue();
    catalogue.installed.push_back({KITH_KIND_STRATEGY,
                                   "deep",
                                   {},
                                   R"({"properties": {"tree": {"$ref": "#/definitions/tree"}},
                                       "definitions": {"tree": {"type": "object", "additionalProperties": {"$ref": "#/definitions/tree"}}}})",
                                   0,
                                   0});
    catalogue.installed.push_back({KITH_KIND_STRATEGY, "odd", {}, "no schema", 0, 0});
    schema = json::parse(editor_schema(catalogue));
    BOOST_TEST(takes_topology(R"("strategy": "deep", "config": {"tree": {"a": {"b": {}}}}, "connector": "log")"));
    BOOST_TEST(!takes_topology(R"("strategy": "deep", "config": {"tree": {"a": {"b": 1}}}, "connector": "log")"));
    BOOST_TEST(takes_topology(R"("strategy": "odd", "config": {"any": "thing"}, "connector": "log")"));
}

BOOST_AUTO_TEST_CASE(keywords_of_kith_are_part_of_descriptions) {
    const auto text = json::serialize(schema);
    BOOST_TEST(text.find("x-kith-") == std::string::npos);
    BOOST_TEST(text.find("Mean pause. In ms.") != std::string::npos);
    BOOST_TEST(text.find("No effect: kith always connects again") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
