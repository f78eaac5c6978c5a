// SPDX-License-Identifier: MIT
//
// What needs no host: the cursor, queries, and options that contradict each other.
#include "answer.hpp"
#include "cursor.hpp"
#include "fixture.hpp"
#include "query.hpp"
#include "registration.hpp"

using namespace consul;
using namespace consul::test;

BOOST_AUTO_TEST_CASE(a_cursor_follows_an_index) {
    Cursor cursor;
    BOOST_TEST(cursor.parameter().empty());
    BOOST_TEST(cursor.answered("7", ""));
    BOOST_TEST(cursor.parameter() == "index=7");
    BOOST_TEST(!cursor.answered("7", ""));
    BOOST_TEST(cursor.answered("9", ""));
    BOOST_TEST(cursor.answered("8", "")); // backwards
    BOOST_TEST(!cursor.blocks());
    BOOST_TEST(cursor.answered("8", ""));
    BOOST_TEST(cursor.parameter() == "index=8");
    BOOST_TEST(cursor.answered("0", ""));
    BOOST_TEST(!cursor.blocks());
    BOOST_TEST(!cursor.answered("0", ""));
    BOOST_TEST(cursor.parameter() == "index=1");
}

BOOST_AUTO_TEST_CASE(an_index_that_is_none_cannot_be_waited_for) {
    for (const char *bad : {"", "x", "-1", "7 ", "99999999999999999999999"}) {
        Cursor cursor;
        cursor.answered("7", "");
        BOOST_TEST(cursor.answered(bad, ""), bad);
        BOOST_TEST(!cursor.blocks(), bad);
    }
    Cursor cursor;
    cursor.answered("18446744073709551615", "");
    BOOST_TEST(cursor.parameter() == "index=18446744073709551615");
}

BOOST_AUTO_TEST_CASE(a_cursor_follows_a_hash) {
    Cursor cursor;
    BOOST_TEST(cursor.answered("", "a1"));
    BOOST_TEST(cursor.parameter() == "hash=a1");
    BOOST_TEST(!cursor.answered("", "a1"));
    BOOST_TEST(cursor.answered("", "b2"));
    BOOST_TEST(cursor.answered("", "b&c")); // it would be another parameter
    BOOST_TEST(!cursor.blocks());
}

BOOST_AUTO_TEST_CASE(names_of_services_are_escaped) {
    BOOST_TEST(escaped("web-1.a_b~c") == "web-1.a_b~c");
    BOOST_TEST(escaped("a/b?c=d&\xc3\xa9 ") == "a%2Fb%3Fc%3Dd%26%C3%A9%20");
}

BOOST_AUTO_TEST_CASE(an_entry_needs_a_node_that_is_known) {
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

BOOST_AUTO_TEST_CASE(options_that_contradict_each_other) {
    const std::pair<std::string, std::string> cases[] = {
        {R"({"list_using": ["health"], "service": {"id": "x"}})", "option list_using/0: health asks by service.name"},
        {R"({"list_using": ["agent", "multisite"], "service": {"id": "x"}})",
         "option list_using/1: multisite asks by service.name"},
        {R"({"list_using": ["agent"], "service": {"name": "x"}, "filter": "a == b"})", "option filter: agent cannot filter"},
        {R"({"list_using": [{"endpoint": "agent", "expected": "host"}], "service": {"name": "x"}})", "expected `ip`"},
        {R"({"list_using": ["health"], "service": {"name": "x"}, "access_token": "a", "token_file": "/b"})",
         "take one of the two away"},
        {R"({"list_using": ["agent"], "service": {"id": "x"}, "register": {"ttl": 30000, "port": 0, "deregister_after": 600000}})",
         "option register: it needs service.name"},
    };
    for (const auto &[text, part] : cases) {
        SimNet net;
        Rig rig(net.machine("here", {"10.1.0.1"}), kith_plugin_entry_strategy_consul, "consul", text);
        BOOST_TEST(rig.start() == KITH_INVALID, text);
        BOOST_TEST(rig.error().find(part) != std::string::npos, rig.error());
    }
}
