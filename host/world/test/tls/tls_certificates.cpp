// SPDX-License-Identifier: MIT
//
// Certificates of kith.tls/1: verification, client certificates, changed files, names.
#include "tls_fixture.hpp"

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(tls_certificates)

BOOST_AUTO_TEST_CASE(the_validity_of_a_certificate_is_reported) {
    TlsFixture<RealWorld> net;
    const auto op = net.tenant.secure(net.trusting(), net.stream());
    BOOST_TEST(net.await(net.tenant, op).status == KITH_OK);
    const auto &own = net.tenant.peers.at(op).chain.front();
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    BOOST_TEST(own.not_before < now);
    BOOST_TEST(own.not_after > now + 27 * 24 * 3600);
    BOOST_TEST(own.not_after < now + 31 * 24 * 3600);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_invalid_chain_is_refused_with_its_certificate, Fixture, Fixtures) {
    TlsFixture<Fixture> strange(Talks::tls, TlsFixture<Fixture>::papers().stranger);
    const auto over = strange.stream();
    Completion done = strange.secure(strange.trusting(), over);
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(
        done,
        "the certificate CN=b of the other side, issued by CN=somebody else, is signed by an authority that is not trusted"));
    strange.useless(over);

    TlsFixture<Fixture> old(Talks::tls, TlsFixture<Fixture>::papers().expired);
    done = old.secure(old.trusting(), old.stream());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the certificate CN=b of the other side has expired"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(verification_can_be_disabled, Fixture, Fixtures) {
    TlsFixture<Fixture> net(Talks::tls, TlsFixture<Fixture>::papers().stranger);
    const auto client = net.open({.authorities_file = "/nowhere", .flags = KITH_TLS_INSECURE});
    const auto op = net.tenant.secure(client, net.stream());
    BOOST_TEST(net.await(net.tenant, op).status == KITH_OK);
    BOOST_TEST(!net.tenant.peers.at(op).verified);
    BOOST_TEST(net.tenant.peers.at(op).chain.front().issuer == "CN=somebody else");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_other_side_may_require_a_certificate, Fixture, Fixtures) {
    TlsFixture<Fixture> net(Talks::asks_clients);
    // With TLS 1.3 its refusal comes when our handshake is done already.
    const auto refused = [&](std::uint64_t client) {
        const auto over = net.stream();
        Completion done = net.secure(client, over);
        if (done.status == KITH_OK) done = net.await(net.tenant, net.tenant.read(over));
        BOOST_TEST_MESSAGE(done.text);
        return done;
    };
    Completion done = refused(net.trusting());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the other side requires a client certificate"));
    BOOST_TEST(says(done, "certificate required"));

    net.show(net.papers().strange_client);
    done = refused(net.mutual());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the other side does not accept our certificate"));
    BOOST_TEST(says(done, "unknown ca"));

    net.show(net.papers().client);
    BOOST_TEST(net.echo(net.secured(net.mutual()), "welcome") == "welcome");
    BOOST_TEST(net.server->client() == "kith");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_required_certificate_with_an_unspecific_alert, Fixture, Fixtures) {
    TlsFixture<Fixture> net(Talks::asks_1_2);
    Completion done = net.secure(net.trusting(), net.stream());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the other side requires a client certificate"));
    BOOST_TEST(net.echo(net.secured(net.mutual()), "welcome") == "welcome");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(files_that_change_are_read_again_at_the_next_handshake, Fixture, Fixtures) {
    TlsFixture<Fixture> net(Talks::asks_clients);
    const auto client = net.mutual();
    const auto first = net.secured(client);
    BOOST_TEST(net.echo(first, "x") == "x");
    BOOST_TEST(net.server->client() == "kith");

    net.show(net.papers().other);
    const auto second = net.secured(client);
    BOOST_TEST(net.echo(second, "y") == "y");
    BOOST_TEST(net.server->client() == "other");
    BOOST_TEST(net.echo(first, "z") == "z"); // as it was

    // Half of a replacement is a failure with a reason, and nothing is lost by it.
    net.put("key.pem", net.papers().client.key);
    Completion done = net.secure(client, net.stream());
    BOOST_TEST(done.status == KITH_INVALID);
    BOOST_TEST(says(done, net.key + " is not the one of " + net.cert));
    net.remove("key.pem");
    done = net.secure(client, net.stream());
    BOOST_TEST(done.status == KITH_NOT_FOUND);
    BOOST_TEST(says(done, net.key));
    net.put("key.pem", net.papers().other.key);
    BOOST_TEST(net.echo(net.secured(client), "again") == "again");

    net.put("ca.pem", net.papers().theirs);
    BOOST_TEST(net.secure(client, net.stream()).status == KITH_UNAUTHORIZED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_client_settings_are_refused_by_open, Fixture, Fixtures) {
    TlsFixture<Fixture> net;
    const auto fails = [&](const kith::tls_settings &with) {
        const auto op = net.tenant.open(with);
        if (op == 0) return net.tenant.refused;
        return net.await(net.tenant, op).status;
    };
    net.put("text", "no certificate");
    const std::string text = net.path("text"), nothing = net.path("nothing");
    BOOST_TEST(fails({.authorities_file = nothing}) == KITH_NOT_FOUND);
    BOOST_TEST(fails({.authorities_file = text}) == KITH_INVALID);
    BOOST_TEST(fails({.authorities_file = net.ca, .certificate_file = text, .key_file = net.key}) == KITH_INVALID);
    BOOST_TEST(fails({.authorities_file = net.ca, .certificate_file = net.cert, .key_file = text}) == KITH_INVALID);
    BOOST_TEST(fails({.authorities_file = net.ca, .certificate_file = net.cert}) == KITH_INVALID); // it has no key in it
    BOOST_TEST(fails({.authorities_file = net.ca, .key_file = net.key}) == KITH_INVALID);
    BOOST_TEST(fails({.authorities_file = net.ca, .min_version = 2}) == KITH_INVALID);
    BOOST_TEST(fails({.authorities_file = net.ca, .min_version = KITH_TLS_1_3, .max_version = KITH_TLS_1_2}) == KITH_INVALID);
    // Key and certificate in one file, as many keep them.
    net.put("both.pem", net.papers().client.certificate + net.papers().client.key);
    const std::string both = net.path("both.pem");
    BOOST_TEST(fails({.authorities_file = net.ca, .certificate_file = both}) == KITH_OK);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(names_of_a_certificate)

BOOST_AUTO_TEST_CASE(a_wildcard_matches_one_label) {
    const auto fits = [](std::string_view pattern, std::string_view host) { return kith::tls_name_fits(pattern, host); };
    BOOST_TEST(fits("b.example", "b.example"));
    BOOST_TEST(fits("B.Example", "b.eXample"));
    BOOST_TEST(fits("b.example", "b.example."));
    BOOST_TEST(fits("*.example.org", "b.example.org"));
    for (const auto &[pattern, host] : {std::pair<std::string_view, std::string_view>{"b.example", "c.example"},
                                        {"*.example.org", "a.b.example.org"},
                                        {"*.example.org", "example.org"},
                                        {"*.example.org", ".example.org"},
                                        {"*.org", "example.org"},
                                        {"*", "b"},
                                        {"b*.example.org", "b1.example.org"},
                                        {"", ""},
                                        {"*.", "b."}})
        BOOST_TEST(!fits(pattern, host), pattern << " for " << host);
}

BOOST_AUTO_TEST_CASE(the_common_name_is_used_without_alternative_names) {
    kith::tls_peer peer;
    peer.names = {{KITH_TLS_COMMON_NAME, "b.example"}};
    BOOST_TEST(peer.is_for("b.example"));
    peer.names.push_back({KITH_TLS_DNS, "c.example"});
    BOOST_TEST(!peer.is_for("b.example"));
    BOOST_TEST(peer.is_for("c.example"));
    peer.names = {{KITH_TLS_ADDRESS, "10.0.0.7"}};
    BOOST_TEST(peer.is_for("10.0.0.7"));
    BOOST_TEST(!peer.is_for("10.0.0.8"));
    peer.names.clear();
    BOOST_TEST(!peer.is_for(""));
}

BOOST_AUTO_TEST_SUITE_END()
