// SPDX-License-Identifier: MIT
//
// Globs, name templates, interned strings, the removal window.
#include <core/cluster/base/interner.hpp>
#include <core/cluster/membership/glob.hpp>
#include <core/cluster/membership/name_template.hpp>
#include <core/cluster/membership/removal_window.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(globs_that_match) {
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

BOOST_AUTO_TEST_CASE(globs_that_do_not) {
    const std::pair<const char *, const char *> pairs[] = {
        {"", "a"},       {"a", ""},      {"a", "ab"},  {"?", ""},         {"?", "ab"}, {"a*c", "ab"}, {"[abc]", "d"},
        {"[!abc]", "a"}, {"[a-c]", "d"}, {"\\*", "x"}, {"app@?", "app@"}, {"*x", "y"}, {"[abc", "a"}, {"a*b*c", "acb"},
    };
    for (const auto &[pattern, name] : pairs)
        BOOST_CHECK_MESSAGE(!glob_match(pattern, name), pattern << " should not match " << name);
}

BOOST_AUTO_TEST_CASE(a_hostile_glob_takes_no_time) {
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

namespace {

std::string named(std::string_view text, const PeerView &peer) {
    std::string out;
    const std::string reason = NameTemplate{text}.name(peer, out);
    return reason.empty() ? out : "! " + reason;
}

} // namespace

BOOST_AUTO_TEST_CASE(templates) {
    const std::vector<AttributeView> attributes{{"ip", "10.0.0.1"}, {"empty", ""}, {"long", {}}};
    const std::string endless(1021, 'x');
    std::vector<AttributeView> more = attributes;
    more[2].value = endless;
    const PeerView peer{"k", "n", more, 0};
    BOOST_CHECK_EQUAL(named("", peer), "n");
    BOOST_CHECK_EQUAL(named("app@{ip}", peer), "app@10.0.0.1");
    BOOST_CHECK_EQUAL(named("{key}-{name}-{{{ip}}}", peer), "k-n-{10.0.0.1}");
    BOOST_CHECK_EQUAL(named("app@{host}", peer), "! it has no attribute \"host\", which policy.name asks for");
    BOOST_CHECK_EQUAL(named("app@{empty}", peer), "! its \"empty\", which policy.name asks for, is empty");
    BOOST_CHECK_EQUAL(named("app@{long}", peer), "! the name that policy.name makes is longer than 1024 bytes");
    BOOST_CHECK_EQUAL(named("", PeerView{"k", "", {}, 0}), "! the strategy gives it no name and policy.name is not set");
}

BOOST_AUTO_TEST_CASE(template_errors) {
    BOOST_CHECK_EQUAL(NameTemplate::error(""), "");
    BOOST_CHECK_EQUAL(NameTemplate::error("app@{ip}"), "");
    BOOST_CHECK(NameTemplate::error("app@{ip").starts_with("the { at byte 5 has no }"));
    BOOST_CHECK(NameTemplate::error("app@{i{p}").starts_with("the { at byte 5 has no }"));
    BOOST_CHECK(NameTemplate::error("app}").starts_with("the } at byte 4 closes nothing"));
    BOOST_CHECK(NameTemplate::error("app@{}").starts_with("the {} at byte 5 names nothing"));
    BOOST_CHECK(NameTemplate::error("app").starts_with("the template holds no {attribute}"));
}

BOOST_AUTO_TEST_CASE(interned_numbers_are_used_again) {
    Interner names;
    const NameId a = names.acquire("a");
    const NameId b = names.acquire("b");
    BOOST_CHECK_EQUAL(names.acquire("a"), a);
    names.release(a);
    BOOST_CHECK_EQUAL(names.text(a), "a");
    names.release(a);
    BOOST_CHECK_EQUAL(names.find("a"), no_name);
    BOOST_CHECK_EQUAL(names.acquire("c"), a);
    BOOST_CHECK_EQUAL(names.find("b"), b);
    BOOST_CHECK_EQUAL(names.size(), 2U);
    for (int i = 0; i < 10'000; ++i) names.release(names.acquire("x" + std::to_string(i)));
    BOOST_CHECK_EQUAL(names.bound(), 3U);
}

BOOST_AUTO_TEST_CASE(largest_of_the_window) {
    RemovalWindow window;
    BOOST_CHECK_EQUAL(window.largest(3, 0, 10), 3U);
    window.changed(15, 100); // 15 until 100
    BOOST_CHECK_EQUAL(window.largest(10, 105, 10), 15U);
    window.changed(10, 106);
    BOOST_CHECK_EQUAL(window.largest(8, 110, 10), 15U);
    BOOST_CHECK_EQUAL(window.largest(8, 111, 10), 10U);
    BOOST_CHECK_EQUAL(window.largest(20, 111, 10), 20U);
    BOOST_CHECK_EQUAL(window.largest(8, 117, 10), 8U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
