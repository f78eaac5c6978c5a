// SPDX-License-Identifier: MIT
#include <core/config/diagnostics.hpp>
#include <core/config/json_source_map.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/options_reference.hpp>

#include "config_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::core;
using namespace kith::core::test;

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(the_nearest_name) {
    const std::vector<std::string> known = {"min_peers", "max_peers", "grace", "merge", "log"};
    BOOST_TEST(nearest("min_peer", known) == "min_peers");
    BOOST_TEST(nearest("mni_peers", known) == "min_peers");
    BOOST_TEST(nearest("MinPeers", known) == "min_peers");
    BOOST_TEST(nearest("max-peers", known) == "max_peers");
    BOOST_TEST(nearest("grase", known) == "grace");
    BOOST_TEST(nearest("lag", known) == "log");
    BOOST_TEST(nearest("xyz", known) == "");
    BOOST_TEST(nearest("", known) == "");
    BOOST_TEST(nearest(std::string(1000, 'a'), known) == "");
    BOOST_TEST(did_you_mean("grase", known) == "; did you mean `grace`?");
}

BOOST_AUTO_TEST_CASE(lists_of_names_are_truncated) {
    BOOST_TEST(listed({}) == "");
    BOOST_TEST(listed({"a", "b", "c"}, 2) == "`a`, `b`, and 1 more");
}

BOOST_AUTO_TEST_CASE(quoted_texts_are_escaped_and_truncated) {
    BOOST_TEST(in_quotes("a\"\n\x1b") == R"("a\"\n\u001b")");
    BOOST_TEST(in_quotes(std::string(59, 'a') + "\xc3\xa4") == "\"" + std::string(59, 'a') + "...\"");
    BOOST_TEST(in_quotes(std::string(60, 'a')) == "\"" + std::string(60, 'a') + "\"");
}

BOOST_AUTO_TEST_CASE(key_paths) {
    BOOST_TEST((KeyPath() / "a" / "b-c" / 3 / "d e").text() == "a.b-c[3].\"d e\"");
    BOOST_TEST((KeyPath() / 0).text() == "[0]");
}

BOOST_AUTO_TEST_CASE(positions_of_keys_and_values) {
    const std::string text = "{ // one\n \"a\": [1, {\"b\": true,},],\n}";
    const auto scan = scan_json(text);
    BOOST_TEST_REQUIRE(scan.well_formed);
    const auto *a = scan.root.member("a");
    BOOST_TEST_REQUIRE(a);
    BOOST_TEST(text.substr(a->key_at, 3) == "\"a\"");
    BOOST_TEST(text.substr(a->value_at, 3) == "[1,");
    BOOST_TEST(text.substr(a->element(1)->member("b")->value_at, 4) == "true");
    BOOST_TEST(!a->element(2));
    BOOST_TEST(!scan.root.member("b"));
}

BOOST_AUTO_TEST_CASE(diagnostics_as_text) {
    Diagnostics diagnostics;
    diagnostics.errors.push_back({"f", 1, 2, "a.b", "no"});
    diagnostics.warnings.push_back({"f", 0, 0, "", "hm"});
    BOOST_TEST(to_text(diagnostics) == "f:1:2: error: a.b: no\nf: warning: hm\n");
}

BOOST_AUTO_TEST_CASE(a_reference_in_markdown) {
    BOOST_TEST(options_markdown(gossip_schema) ==
               "| option | type | default | unit | |\n"
               "|---|---|---|---|---|\n"
               "| `port` | integer from 1 to 65535 | `45892` |  | UDP port. |\n"
               "| `secret` | non-empty string |  |  | Shared by all. (Secret.) |\n"
               "| `seal` | one of \"libcluster\" or \"authenticated\" | `\"libcluster\"` |  | How packets are sealed. |\n"
               "| `interval` | integer >= 1 | `5000` | ms | Mean pause. |\n"
               "| `broadcast_only` | true or false | `false` |  | No multicast. |\n"
               "| `ratio` | number from 0 to 1 |  |  | A share. |\n"
               "| `tls` | object | `{}` |  | TLS. |\n"
               "| `tls.verify` | true or false | `true` |  | Check the chain. |\n"
               "| `tls.key` | string |  |  | Private key. (Secret.) |\n"
               "| `secrets` | list of strings |  |  | Rotation. |\n");
    BOOST_TEST(options_markdown("") == "");
    BOOST_TEST(options_markdown("{") == "");
}

BOOST_AUTO_TEST_CASE(a_reference_in_text) {
    BOOST_TEST(options_text(epmd_schema) == "hosts\n"
                                            "    list of non-empty strings; required\n"
                                            "    Names of all nodes.\n"
                                            "timeout\n"
                                            "    integer >= 0, ms\n"
                                            "    Accepted. (No effect: kith always connects again)\n");
}

BOOST_AUTO_TEST_SUITE_END()
