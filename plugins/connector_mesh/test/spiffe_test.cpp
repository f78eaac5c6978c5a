// SPDX-License-Identifier: MIT
//
// SPIFFE ids of members: which name each has, which patterns are refused, and members on simulated machines that have such certificates.
#include "secure_pair.hpp"
#include "spiffe_pattern.hpp"

#include <kith/result.hpp>

using kith::mesh::SpiffePattern;

namespace {

std::string name_of(const SpiffePattern &pattern, std::string_view id) { return pattern.name_of(id).value_or("nobody"); }

std::string refused(std::string_view id, std::string_view name) {
    try {
        const SpiffePattern pattern(id, name);
        return {};
    } catch (const kith::error &why) {
        return why.text;
    }
}

std::string by_spiffe(const std::string &id, const std::string &more = "") {
    return by_certificate + R"(, "spiffe_id": ")" + id + "\"" + more;
}

const std::string usual = by_spiffe("spiffe://example.org/shop/*");

} // namespace

BOOST_AUTO_TEST_CASE(a_spiffe_id_has_the_name_that_the_pattern_makes_of_it) {
    const SpiffePattern one("spiffe://example.org/shop/*", "app@*");
    BOOST_TEST(name_of(one, "spiffe://example.org/shop/10.0.0.7") == "app@10.0.0.7");
    for (const std::string_view other :
         {"spiffe://example.org/shop", "spiffe://example.org/shop/", "spiffe://example.org/shop/a/b",
          "spiffe://example.org/shops/a", "spiffe://example.com/shop/a", "spiffe://Example.org/shop/a",
          "spiffe://example.org/shop/..", "spiffe://example.org/shop/a@b", "spiffe://example.org/shop/*",
          "spiffe://example.org/shop/%61", "spiffe://example.org/shop/a?b", "spiffe://example.org//shop/a",
          "spiffe://example.org:80/shop/a", "https://example.org/shop/a", "SPIFFE://example.org/shop/a", "spiffe://", ""})
        BOOST_TEST(name_of(one, other) == "nobody", "`" << other << "`");
    const SpiffePattern pod("spiffe://td/ns/prod/pod/db-*x/zone/*", "*@*.db");
    BOOST_TEST(name_of(pod, "spiffe://td/ns/prod/pod/db-0x/zone/eu") == "0@eu.db");
    BOOST_TEST(name_of(pod, "spiffe://td/ns/prod/pod/db-x/zone/eu") == "nobody"); // * is one character at least
    BOOST_TEST(name_of(pod, "spiffe://td/ns/prod/pod/dx/zone/eu") == "nobody");
    BOOST_TEST(name_of(SpiffePattern(), "spiffe://td/a") == "nobody");
}

BOOST_AUTO_TEST_CASE(what_is_no_pattern_of_spiffe_ids_is_refused) {
    for (const std::string_view id :
         {"spiffe://example.org", "spiffe://example.org/", "spiffe://example.org/shop", "spiffe://*/shop/*", "spiffe:///shop/*",
          "spiffe://example.org/shop/**", "spiffe://example.org/*-*", "spiffe://example.org/shop/*/",
          "spiffe://example.org/../*", "spiffe://EXAMPLE.org/*", "example.org/shop/*", "spiffe://example.org/{host}"})
        BOOST_TEST(contains(refused(id, "app@*"), "expected spiffe://TRUST-DOMAIN/PATH"), "`" << id << "`");
    BOOST_TEST(contains(refused("spiffe://td/*/*", "app@*"), "with 1 *, and spiffe_id is `spiffe://td/*/*`, with 2 *"));
    BOOST_TEST(contains(refused("spiffe://td/*/*", "*.*"), "so that no two ids have the same name"));
    BOOST_TEST(contains(refused("spiffe://td/*/*/*", "*@*x*"), "so that no two ids have the same name"));
    BOOST_TEST(refused("spiffe://td/*/*", "*@*").empty());
}

BOOST_FIXTURE_TEST_CASE(members_with_spiffe_ids_are_linked_under_their_names, Secure) {
    certify(0, ca, "spiffe://example.org/shop/10.0.0.1");
    certify(1, ca, "spiffe://example.org/shop/10.0.0.2");
    start(0, usual);
    start(1, usual);
    BOOST_TEST(connected().empty());
    BOOST_TEST(members[0]->links() == std::vector<std::string>{"m@10.0.0.2"});
}

BOOST_FIXTURE_TEST_CASE(certificates_of_kith_and_spiffe_ids_are_accepted_side_by_side, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    certify(1, ca, "spiffe://example.org/shop/10.0.0.2");
    start(0, usual);
    start(1, usual);
    BOOST_TEST(connected().empty());
}

BOOST_FIXTURE_TEST_CASE(a_spiffe_id_outside_of_the_pattern_is_refused, Secure) {
    certify(0, ca, "spiffe://example.org/shop/10.0.0.1");
    certify(1, ca, "spiffe://example.org/bank/10.0.0.2");
    start(0, usual);
    start(1, by_spiffe("spiffe://example.org/*/10.0.0.2", R"(, "spiffe_name": "*@10.0.0.2")"));
    BOOST_TEST(!members[1]->attached());
    BOOST_REQUIRE(!members[1]->reports().empty());
    BOOST_TEST(contains(members[1]->reports()[0].text,
                        "/own.pem is not the certificate of this member: expected "
                        "kith://c/m@10.0.0.2 or a SPIFFE id among its alternative names (URI), and "
                        "it is that of bank@10.0.0.2"));
    BOOST_TEST(members[1]->stop());
    start(1, by_spiffe("spiffe://example.org/bank/*"));
    BOOST_TEST(contains(connected(),
                        "expected kith://c/NAME or spiffe://example.org/bank/* among its alternative names, and it has "
                        "spiffe://example.org/shop/10.0.0.1"));
    BOOST_TEST(members[0]->links().empty());
}

BOOST_FIXTURE_TEST_CASE(a_spiffe_id_proves_the_name_of_its_member_and_of_no_other, Secure) {
    certify(0, ca, "spiffe://example.org/shop/10.0.0.9"); // the id of another one, which it is not
    certify(1, ca, "spiffe://example.org/shop/10.0.0.2");
    start(0, by_spiffe("spiffe://example.org/shop/*", R"(, "spiffe_name": "m@*")"));
    BOOST_TEST(!members[0]->attached());
    BOOST_REQUIRE(!members[0]->reports().empty());
    BOOST_TEST(contains(members[0]->reports()[0].text, "and it is that of m@10.0.0.9"));
    BOOST_TEST(members[0]->stop());
    certify(0, ca, "spiffe://example.org/shop/10.0.0.1");
    start(0, by_certificate + R"(, "spiffe_id": "spiffe://example.org/shop/*", "deny": ["m@10.0.0.2"])");
    start(1, usual);
    BOOST_TEST(!connected().empty());
    BOOST_TEST(members[0]->logged_reason("the certificate of m@10.0.0.2"));
}

BOOST_FIXTURE_TEST_CASE(a_certificate_with_a_spiffe_id_and_another_uri_is_refused, Secure) {
    certify(0, ca, "spiffe://example.org/shop/10.0.0.1");
    certify(1, ca, std::vector<std::string>{"spiffe://example.org/shop/10.0.0.2", "https://example.org"});
    start(0, usual);
    start(1, usual);
    BOOST_TEST(!members[1]->attached());
    BOOST_REQUIRE(!members[1]->reports().empty());
    BOOST_TEST(contains(members[1]->reports()[0].text, "a certificate with a SPIFFE id has no other URI"));
}

BOOST_FIXTURE_TEST_CASE(a_spiffe_id_is_nothing_where_the_option_is_not_set, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    certify(1, ca, "spiffe://example.org/shop/10.0.0.2");
    start(0, by_certificate);
    start(1, usual);
    BOOST_TEST(!connected().empty());
    BOOST_TEST(members[0]->logged_reason(
        "expected kith://c/NAME among its alternative names, and it has spiffe://example.org/shop/10.0.0.2"));
}

BOOST_FIXTURE_TEST_CASE(options_of_spiffe_that_do_not_fit_are_refused, Secure) {
    const auto refusal = [&](const std::string &security) {
        prepare(0, security);
        BOOST_TEST(members[0]->start() != KITH_OK);
        std::string out = members[0]->error();
        members[0].reset();
        return out;
    };
    const std::string keys = R"("keys": [")" + key_a + "\"]";
    BOOST_TEST(contains(refusal(keys + R"(, "spiffe_id": "spiffe://td/*")"),
                        "option spiffe_id is set, and members have no certificates"));
    BOOST_TEST(contains(refusal(by_certificate + R"(, "spiffe_name": "m@*")"), "option spiffe_name is set without spiffe_id"));
    BOOST_TEST(contains(refusal(by_spiffe("spiffe://td/shop")), "option spiffe_id is `spiffe://td/shop`: expected"));
}
