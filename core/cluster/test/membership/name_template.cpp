// SPDX-License-Identifier: MIT
#include <core/cluster/membership/name_template.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(name_template)

namespace {

std::string named(std::string_view text, const PeerView &peer) {
    std::string out;
    const std::string reason = NameTemplate{text}.name(peer, out);
    return reason.empty() ? out : "! " + reason;
}

} // namespace

BOOST_AUTO_TEST_CASE(names_from_templates) {
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
    BOOST_CHECK(NameTemplate::error("app").starts_with("the template contains no {attribute}"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
