// SPDX-License-Identifier: MIT
#include "node_name_glob.hpp"

#include <boost/test/unit_test.hpp>

using erlang_hosts::Glob;

namespace {

std::string why(std::string_view pattern) {
    try {
        Glob bad(pattern);
    } catch (const kith::error &problem) {
        return problem.text;
    }
    return "it is one";
}

} // namespace

BOOST_AUTO_TEST_SUITE(glob)

BOOST_AUTO_TEST_CASE(patterns_match_names) {
    const auto takes = [](const char *pattern, const char *name) { return Glob(pattern).matches(name); };
    BOOST_TEST(takes("app@*", "app@10.0.0.7"));
    BOOST_TEST(!takes("app@*", "apps@10.0.0.7"));
    BOOST_TEST(takes("*@10.0.?.*", "b@10.0.3.44"));
    BOOST_TEST(!takes("*@10.0.?.*", "b@10.0.33.44"));
    BOOST_TEST(takes("*a*b*", "xxaxxabx"));
    BOOST_TEST(!takes("*a*b", "xxaxxabx"));
    BOOST_TEST(takes("?@h", "\xc3\xa4@h")); // one character of two bytes
    BOOST_TEST(takes("[a-c]@h", "b@h"));
    BOOST_TEST(!takes("[!a-c]@h", "b@h"));
    BOOST_TEST(takes("[!a-c]@h", "d@h"));
    BOOST_TEST(takes("[]x]", "]"));
    BOOST_TEST(takes("[a-]", "-"));
    BOOST_TEST(takes("\\*", "*"));
    BOOST_TEST(!takes("\\*", "a"));
    BOOST_TEST(takes("", ""));
    BOOST_TEST(!takes("", "a"));
    BOOST_TEST(takes("**", ""));
}

BOOST_AUTO_TEST_CASE(malformed_patterns_are_refused) {
    BOOST_TEST(why("a[b") == "option match is \"a[b\", which has a [ without its ]");
    BOOST_TEST(why("[]") == "option match is \"[]\", which has a [ without its ]");
    BOOST_TEST(why("a\\") == "option match is \"a\\\", which ends with a single \\");
    BOOST_TEST(why("a-b]") == "it is one");
}

BOOST_AUTO_TEST_CASE(many_stars_are_matched_in_bounded_time) {
    std::string pattern, name(255, 'a');
    for (int i = 0; i < 100; ++i) pattern += "a*";
    BOOST_TEST(!Glob(pattern + 'b').matches(name));
}

BOOST_AUTO_TEST_SUITE_END()
