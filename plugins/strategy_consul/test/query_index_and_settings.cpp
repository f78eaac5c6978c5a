// SPDX-License-Identifier: MIT
//
// Tests without a host: the query index, queries, and contradictory options.
#include "blocking_query_index.hpp"
#include "fixture.hpp"
#include "registration_requests.hpp"
#include "request_paths.hpp"
#include "response_parser.hpp"

using namespace consul;
using namespace consul::test;

BOOST_AUTO_TEST_CASE(the_parameter_follows_the_index_of_the_answers) {
    BlockingQueryIndex query_index;
    BOOST_TEST(query_index.parameter().empty());
    BOOST_TEST(query_index.update("7", ""));
    BOOST_TEST(query_index.parameter() == "index=7");
    BOOST_TEST(!query_index.update("7", ""));
    BOOST_TEST(query_index.update("9", ""));
    BOOST_TEST(query_index.update("8", "")); // backwards
    BOOST_TEST(!query_index.blocks());
    BOOST_TEST(query_index.update("8", ""));
    BOOST_TEST(query_index.parameter() == "index=8");
    BOOST_TEST(query_index.update("0", ""));
    BOOST_TEST(!query_index.blocks());
    BOOST_TEST(!query_index.update("0", ""));
    BOOST_TEST(query_index.parameter() == "index=1");
}

BOOST_AUTO_TEST_CASE(an_invalid_index_disables_blocking) {
    for (const char *bad : {"", "x", "-1", "7 ", "99999999999999999999999"}) {
        BlockingQueryIndex query_index;
        query_index.update("7", "");
        BOOST_TEST(query_index.update(bad, ""), bad);
        BOOST_TEST(!query_index.blocks(), bad);
    }
    BlockingQueryIndex query_index;
    query_index.update("18446744073709551615", "");
    BOOST_TEST(query_index.parameter() == "index=18446744073709551615");
}

BOOST_AUTO_TEST_CASE(the_parameter_follows_the_hash_of_the_answers) {
    BlockingQueryIndex query_index;
    BOOST_TEST(query_index.update("", "a1"));
    BOOST_TEST(query_index.parameter() == "hash=a1");
    BOOST_TEST(!query_index.update("", "a1"));
    BOOST_TEST(query_index.update("", "b2"));
    BOOST_TEST(query_index.update("", "b&c")); // it would become another parameter
    BOOST_TEST(!query_index.blocks());
}

BOOST_AUTO_TEST_CASE(service_names_are_percent_encoded) {
    BOOST_TEST(escaped("web-1.a_b~c") == "web-1.a_b~c");
    BOOST_TEST(escaped("a/b?c=d&\xc3\xa9 ") == "a%2Fb%3Fc%3Dd%26%C3%A9%20");
}

BOOST_AUTO_TEST_CASE(a_service_entry_requires_a_known_node) {
    Registration given;
    given.id = "id";
    given.address = "10.0.0.1";
    BOOST_TEST(!entry_of(given, "web", ""));
    BOOST_TEST(!entry_of(given, "web", "nonode"));
    const auto entry = entry_of(given, "web", "app@host");
    BOOST_REQUIRE(entry.has_value());
    BOOST_TEST(entry->id == "id");
    BOOST_TEST(entry->address == "10.0.0.1");
    BOOST_TEST(entry_of({}, "web", "app@host")->id == "web-host");
}

BOOST_AUTO_TEST_CASE(contradictory_options_are_refused_with_a_reason) {
    const std::pair<std::string, std::string> cases[] = {
        {R"({"list_using": ["health"], "service": {"id": "x"}})",
         "option list_using/0: health requires service.name, but service.id is given"},
        {R"({"list_using": ["agent", "multisite"], "service": {"id": "x"}})",
         "option list_using/1: multisite requires service.name"},
        {R"({"list_using": ["agent"], "service": {"name": "x"}, "filter": "a == b"})",
         "option filter: agent does not support filters"},
        {R"({"list_using": [{"endpoint": "agent", "expected": "host"}], "service": {"name": "x"}})",
         "agent does not return the names of nodes; use `ip`"},
        {R"({"list_using": ["health"], "service": {"name": "x"}, "access_token": "a", "token_file": "/b"})",
         "access_token is set, too; remove one of the two"},
        {R"({"list_using": ["agent"], "service": {"id": "x"}, "register": {"ttl": 30000, "port": 0, "deregister_after": 600000}})",
         "option register: requires service.name"},
    };
    for (const auto &[text, part] : cases) {
        SimNet net;
        PluginHarness harness(net.machine("here", {"10.1.0.1"}), kith_plugin_entry_strategy_consul, "consul", text);
        BOOST_TEST(harness.start() == KITH_INVALID, text);
        BOOST_TEST(harness.error().find(part) != std::string::npos, harness.error());
    }
}
