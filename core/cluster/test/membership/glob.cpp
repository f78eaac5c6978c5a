// SPDX-License-Identifier: MIT
#include <core/cluster/membership/glob.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(glob)

BOOST_AUTO_TEST_CASE(matching_globs) {
    const std::pair<const char *, const char *> pairs[] = {
        {"*", ""},
        {"*", "anything"},
        {"a", "a"},
        {"a*", "abc"},
        {"*c", "abc"},
        {"a*c*e", "abcde"},
        {"?", "x"},
        {"?", "\xE2\x82\xAC"},
        {"app@*", "app@"},
        {"[abc]x", "bx"},
        {"[a-c]x", "bx"},
        {"[!a-c]x", "dx"},
        {"[^a-c]x", "dx"},
        {"[]]", "]"},
        {"[-a]", "-"},
        {"[a-]", "-"},
        {"\\*", "*"},
        {"[\\]]", "]"},
        {"*a*a*a", "aXaXa"},
        {"[\xC3\xA0-\xC3\xBF]", "\xC3\xBC"},
        {"**", "x"},
        {"a\\", "a\\"},
        {"*.example.org", "x.example.org"},
    };
    for (const auto &[pattern, name] : pairs)
        BOOST_CHECK_MESSAGE(glob_match(pattern, name), pattern << " should match " << name);
}

BOOST_AUTO_TEST_CASE(not_matching_globs) {
    const std::pair<const char *, const char *> pairs[] = {
        {"", "a"},       {"a", ""},      {"a", "ab"},  {"?", ""},         {"?", "ab"}, {"a*c", "ab"}, {"[abc]", "d"},
        {"[!abc]", "a"}, {"[a-c]", "d"}, {"\\*", "x"}, {"app@?", "app@"}, {"*x", "y"}, {"[abc", "a"}, {"a*b*c", "acb"},
    };
    for (const auto &[pattern, name] : pairs)
        BOOST_CHECK_MESSAGE(!glob_match(pattern, name), pattern << " should not match " << name);
}

BOOST_AUTO_TEST_CASE(a_glob_with_many_stars_is_matched_quickly) {
    std::string pattern;
    for (int i = 0; i < 100; ++i) pattern += "a*";
    BOOST_CHECK(!glob_match(pattern + "b", std::string(1000, 'a')));
}

BOOST_AUTO_TEST_CASE(glob_errors) {
    BOOST_CHECK_EQUAL(glob_error("app@*.[a-z]?"), "");
    BOOST_CHECK_EQUAL(glob_error("ab[c"), "the [ at byte 3 has no ]; write \\[ for the character itself");
    BOOST_CHECK(!glob_error("x\\").empty());
    BOOST_CHECK(!glob_error("").empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
