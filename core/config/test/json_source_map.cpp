// SPDX-License-Identifier: MIT
#include <core/config/json_source_map.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::core;

BOOST_AUTO_TEST_SUITE(json_source_map)

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

BOOST_AUTO_TEST_SUITE_END()
