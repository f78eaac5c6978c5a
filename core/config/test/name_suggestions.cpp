// SPDX-License-Identifier: MIT
#include <core/config/name_suggestions.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::core;

BOOST_AUTO_TEST_SUITE(name_suggestions)

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

BOOST_AUTO_TEST_SUITE_END()
