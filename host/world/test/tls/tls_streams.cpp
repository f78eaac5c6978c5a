// SPDX-License-Identifier: MIT
//
// kith.tls/0 over loopback, in both worlds.
#include "tls_test_server.hpp"

using namespace kith::test;

namespace {

template <class Fixture>
struct Tls : Fixture {
    explicit Tls(Talks how = Talks::tls, const Identity &shown = papers().good)
        : server(TlsSite<Fixture>::serve(*this, shown, how)) {
        this->put("ca.pem", papers().ours);
        show(papers().client);
    }
    static const TlsCertificates &papers() { return TlsSite<Fixture>::papers(); }
    void show(const Identity &identity) {
        this->put("cert.pem", identity.certificate);
        this->put("key.pem", identity.key);
    }
    Completion try_open(const kith::tls_settings &with) {
        const Completion done = this->await(tenant, tenant.open(with));
        BOOST_TEST_MESSAGE(done.text);
        return done;
    }
    std::uint64_t open(const kith::tls_settings &with) {
        const Completion done = try_open(with);
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done.id;
    }
    /// Trusts `ours`, and has no certificate.
    std::uint64_t trusting() { return open({.authorities_file = ca}); }
    /// The same, with a certificate.
    std::uint64_t mutual() { return open({.authorities_file = ca, .certificate_file = cert, .key_file = key}); }
    std::uint64_t stream() {
        const Completion done = this->await(tenant, tenant.connect("127.0.0.1", server->port()));
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done.id;
    }
    Completion secure(std::uint64_t client, std::uint64_t over, std::uint64_t timeout = 0) {
        Completion done = this->await(tenant, tenant.secure(client, over, "b.example", timeout));
        BOOST_TEST_MESSAGE(done.text);
        return done;
    }
    std::uint64_t secured(std::uint64_t client) {
        const auto over = stream();
        const Completion done = secure(client, over);
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return over;
    }
    std::string echo(std::uint64_t over, const std::string &text) {
        this->await(tenant, tenant.write(over, text));
        return this->read_all(tenant, over, text.size());
    }
    /// It is good for nothing but to be closed.
    void useless(std::uint64_t over) {
        BOOST_TEST(this->await(tenant, tenant.read(over)).status == KITH_RESET);
        BOOST_TEST(this->await(tenant, tenant.write(over, "x")).status == KITH_RESET);
        BOOST_TEST(tenant.close(over) == KITH_OK);
    }

    std::unique_ptr<typename TlsSite<Fixture>::Server> server;
    TlsTenant tenant{this->world(), "tls"};
    std::string ca = this->path("ca.pem"), cert = this->path("cert.pem"), key = this->path("key.pem");
};

bool says(const Completion &done, std::string_view part) {
    const bool there = done.text.find(part) != std::string::npos;
    if (!there) BOOST_TEST_MESSAGE("it says: " << done.text);
    return there;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_secured_stream_transfers_data, Fixture, Fixtures) {
    Tls<Fixture> net;
    const auto client = net.trusting();
    const auto over = net.stream();
    const auto op = net.tenant.secure(client, over);
    BOOST_TEST(net.await(net.tenant, op).status == KITH_OK);
    for (const char *text : {"ping", "a longer one", "x"}) {
        BOOST_TEST(net.echo(over, text) == text);
        net.settle();
    }
    BOOST_TEST(net.server->server_name() == "b.example");
    BOOST_TEST(net.server->client().empty());
    const kith::tls_peer &peer = net.tenant.peers.at(op);
    BOOST_TEST(peer.verified);
    BOOST_TEST((peer.version == KITH_TLS_1_3));
    BOOST_TEST(!peer.cipher.empty());
    BOOST_REQUIRE(peer.chain.size() == 1u);
    BOOST_TEST(!peer.chain[0].der.empty());
    BOOST_TEST(peer.chain[0].subject == "CN=b");
    BOOST_TEST(peer.chain[0].issuer == "CN=kith test authority");
    BOOST_TEST(peer.is_for("b.example"));
    BOOST_TEST(peer.is_for("127.0.0.1"));
    BOOST_TEST(!peer.is_for("b")); // the common name is for those who have no other
    BOOST_TEST(!peer.is_for("c.example"));
    const auto has = [&](std::uint32_t kind, std::string_view value) {
        return std::any_of(peer.names.begin(), peer.names.end(),
                           [&](const auto &one) { return one.kind == kind && one.value == value; });
    };
    BOOST_TEST(has(KITH_TLS_COMMON_NAME, "b"));
    BOOST_TEST(has(KITH_TLS_DNS, "b.example"));
    BOOST_TEST(has(KITH_TLS_ADDRESS, "127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(the_validity_of_a_certificate_is_reported) {
    Tls<RealWorld> net;
    const auto op = net.tenant.secure(net.trusting(), net.stream());
    BOOST_TEST(net.await(net.tenant, op).status == KITH_OK);
    const auto &own = net.tenant.peers.at(op).chain.front();
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    BOOST_TEST(own.not_before < now);
    BOOST_TEST(own.not_after > now + 27 * 24 * 3600);
    BOOST_TEST(own.not_after < now + 31 * 24 * 3600);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(large_data_in_both_directions_in_any_pieces, Fixture, Fixtures) {
    Tls<Fixture> net;
    const auto over = net.secured(net.trusting());
    std::string sent;
    while (sent.size() < 1'000'000) sent += std::to_string(sent.size()) + ';';
    const auto write = net.tenant.write(over, sent);
    std::string got;
    std::uint32_t max = 1;
    while (got.size() < sent.size()) {
        const Completion now = net.await(net.tenant, net.tenant.read(over, max));
        BOOST_REQUIRE_MESSAGE(now.status == KITH_OK, now.text);
        BOOST_REQUIRE(now.data.size() <= max);
        got += now.data;
        max = std::min<std::uint32_t>(max * 3 + 1, KITH_TCP_MAX_READ);
    }
    BOOST_TEST((got == sent));
    BOOST_TEST(net.await(net.tenant, write).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(buffered_tls_data_is_read_without_new_data, Fixture, Fixtures) {
    Tls<Fixture> net;
    const auto over = net.secured(net.trusting());
    net.await(net.tenant, net.tenant.write(over, "0123456789"));
    net.settle();
    for (const char *one : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})
        BOOST_TEST(net.await(net.tenant, net.tenant.read(over, 1)).data == one);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_or_timed_out_read_loses_no_byte, Fixture, Fixtures) {
    Tls<Fixture> net;
    const auto over = net.secured(net.trusting());
    std::string sent, got;
    for (int i = 0; i < 40; ++i) {
        const std::string bytes = "message " + std::to_string(i) + ';';
        sent += bytes;
        const auto read = net.tenant.read(over, 5, i % 3 == 0 ? 1 * ms : 0);
        if (i % 2 == 0) net.await(net.tenant, net.tenant.write(over, bytes));
        if (i % 3 != 0) net.tenant.cancel(read);
        const Completion done = net.await(net.tenant, read);
        if (done.status == KITH_OK) got += done.data;
        if (i % 2 == 1) net.await(net.tenant, net.tenant.write(over, bytes));
    }
    BOOST_TEST(got + net.read_all(net.tenant, over, sent.size() - got.size()) == sent);
}

BOOST_AUTO_TEST_CASE(a_timed_out_write_breaks_no_record) {
    Tls<RealWorld> net;
    const auto over = net.secured(net.trusting());
    net.server->deaf(true);
    const std::string much(12'000'000, 'a');
    BOOST_TEST(net.await(net.tenant, net.tenant.write(over, much, 50 * ms)).status == KITH_TIMED_OUT);
    net.server->deaf(false);
    const auto tail = net.tenant.write(over, "tail");
    std::string got;
    while (!got.ends_with("tail")) {
        const Completion now = net.await(net.tenant, net.tenant.read(over));
        BOOST_REQUIRE_MESSAGE(now.status == KITH_OK, now.text);
        got += now.data;
    }
    BOOST_TEST(net.await(net.tenant, tail).status == KITH_OK);
    BOOST_TEST(got.size() < much.size());
    BOOST_TEST((got.find_first_not_of('a') == got.size() - 4));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_end_of_tls_is_distinguished_from_truncation, Fixture, Fixtures) {
    Tls<Fixture> net;
    const auto client = net.trusting();
    const auto ended = net.secured(client);
    net.await(net.tenant, net.tenant.write(ended, "!end"));
    BOOST_TEST(net.await(net.tenant, net.tenant.read(ended)).status == KITH_CLOSED);
    BOOST_TEST(net.await(net.tenant, net.tenant.read(ended)).status == KITH_CLOSED);
    const auto cut = net.secured(client);
    net.await(net.tenant, net.tenant.write(cut, "!cut"));
    BOOST_TEST(net.await(net.tenant, net.tenant.read(cut)).status == KITH_RESET);
    BOOST_TEST(net.await(net.tenant, net.tenant.read(cut)).status == KITH_RESET);
    const auto ours = net.secured(client);
    BOOST_TEST(net.echo(ours, "x") == "x");
    BOOST_TEST(net.tenant.shutdown(ours) == KITH_OK);
    BOOST_TEST(net.tenant.write(ours, "y") == 0u);
    BOOST_TEST(net.tenant.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_invalid_chain_is_refused_with_its_certificate, Fixture, Fixtures) {
    Tls<Fixture> strange(Talks::tls, Tls<Fixture>::papers().stranger);
    const auto over = strange.stream();
    Completion done = strange.secure(strange.trusting(), over);
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the certificate CN=b of the other side, issued by CN=somebody else, is signed by nobody we trust"));
    strange.useless(over);

    Tls<Fixture> old(Talks::tls, Tls<Fixture>::papers().expired);
    done = old.secure(old.trusting(), old.stream());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the certificate CN=b of the other side has expired"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(verification_can_be_disabled, Fixture, Fixtures) {
    Tls<Fixture> net(Talks::tls, Tls<Fixture>::papers().stranger);
    const auto client = net.open({.authorities_file = "/nowhere", .flags = KITH_TLS_INSECURE});
    const auto op = net.tenant.secure(client, net.stream());
    BOOST_TEST(net.await(net.tenant, op).status == KITH_OK);
    BOOST_TEST(!net.tenant.peers.at(op).verified);
    BOOST_TEST(net.tenant.peers.at(op).chain.front().issuer == "CN=somebody else");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_other_side_may_require_a_certificate, Fixture, Fixtures) {
    Tls<Fixture> net(Talks::asks_clients);
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
    BOOST_TEST(says(done, "the other side wants a certificate of ours"));
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
    Tls<Fixture> net(Talks::asks_1_2);
    Completion done = net.secure(net.trusting(), net.stream());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the other side wants a certificate of ours"));
    BOOST_TEST(net.echo(net.secured(net.mutual()), "welcome") == "welcome");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(files_that_change_are_read_again_at_the_next_handshake, Fixture, Fixtures) {
    Tls<Fixture> net(Talks::asks_clients);
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
    Tls<Fixture> net;
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

BOOST_AUTO_TEST_CASE_TEMPLATE(minimum_and_maximum_version, Fixture, Fixtures) {
    Tls<Fixture> old(Talks::tls_1_2), fresh(Talks::tls_1_3);
    auto op = old.tenant.secure(old.trusting(), old.stream());
    BOOST_TEST(old.await(old.tenant, op).status == KITH_OK);
    BOOST_TEST((old.tenant.peers.at(op).version == KITH_TLS_1_2));
    Completion done = old.secure(old.open({.authorities_file = old.ca, .min_version = KITH_TLS_1_3}), old.stream());
    BOOST_TEST(done.status == KITH_PROTOCOL);
    BOOST_TEST(says(done, "protocol version"));
    op = fresh.tenant.secure(fresh.trusting(), fresh.stream());
    BOOST_TEST(fresh.await(fresh.tenant, op).status == KITH_OK);
    BOOST_TEST((fresh.tenant.peers.at(op).version == KITH_TLS_1_3));
    done = fresh.secure(fresh.open({.authorities_file = fresh.ca, .max_version = KITH_TLS_1_2}), fresh.stream());
    BOOST_TEST(done.status == KITH_PROTOCOL);
    BOOST_TEST(says(done, "protocol version"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_peer_without_tls_is_distinguished_from_an_unresponsive_one, Fixture, Fixtures) {
    Tls<Fixture> banner(Talks::banner), nothing(Talks::nothing), goodbye(Talks::goodbye);
    auto over = banner.stream();
    Completion done = banner.secure(banner.trusting(), over);
    BOOST_TEST(done.status == KITH_PROTOCOL);
    BOOST_TEST(says(done, "does not speak TLS"));
    banner.useless(over);
    over = nothing.stream();
    BOOST_TEST(nothing.secure(nothing.trusting(), over, 30 * ms).status == KITH_TIMED_OUT);
    nothing.useless(over);
    over = goodbye.stream();
    done = goodbye.secure(goodbye.trusting(), over);
    BOOST_TEST(done.status == KITH_RESET);
    BOOST_TEST(says(done, "in the TLS handshake"));
    goodbye.useless(over);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_operations_during_the_handshake_are_refused, Fixture, Fixtures) {
    Tls<Fixture> net(Talks::nothing);
    const auto client = net.trusting();
    const auto over = net.stream();
    const auto read = net.tenant.read(over);
    BOOST_TEST(net.tenant.secure(client, over) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_BUSY);
    net.tenant.cancel(read);
    net.await(net.tenant, read);
    const auto op = net.tenant.secure(client, over);
    BOOST_TEST(net.tenant.secure(client, over) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_BUSY);
    BOOST_TEST(net.tenant.read(over) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_BUSY);
    BOOST_TEST(net.tenant.write(over, "x") == 0u);
    BOOST_TEST(net.tenant.refused == KITH_BUSY);
    BOOST_TEST(net.tenant.shutdown(over) == KITH_BUSY);
    net.settle();
    net.tenant.cancel(op);
    BOOST_TEST(net.await(net.tenant, op).status == KITH_CANCELLED);
    BOOST_TEST(net.tenant.secure(client, over) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_INVALID);
    net.useless(over);

    const auto closed = net.stream();
    const auto handshake = net.tenant.secure(client, closed);
    BOOST_TEST(net.tenant.close(closed) == KITH_OK);
    BOOST_TEST(net.await(net.tenant, handshake).status == KITH_CANCELLED);
    net.settle();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ids_of_another_kind_are_refused, Fixture, Fixtures) {
    Tls<Fixture> net;
    const auto client = net.trusting();
    const auto over = net.stream();
    BOOST_TEST(net.tenant.secure(over, over) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_INVALID);
    BOOST_TEST(net.tenant.secure(999'999'999, over) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_STALE);
    BOOST_TEST(net.tenant.secure(client, 999'999'999) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_STALE);
    BOOST_TEST(net.tenant.secure(client, over, std::string(256, 'a')) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_INVALID);
    BOOST_TEST(net.tenant.close_tls(over) == KITH_INVALID);
    // A client that is closed leaves its streams and handshakes alone.
    const auto op = net.tenant.secure(client, over);
    BOOST_TEST(net.tenant.close_tls(client) == KITH_OK);
    BOOST_TEST(net.tenant.close_tls(client) == KITH_STALE);
    BOOST_TEST(net.await(net.tenant, op).status == KITH_OK);
    BOOST_TEST(net.echo(over, "still") == "still");
    BOOST_TEST(net.tenant.secure(client, over) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_STALE);
    for (std::uint32_t i = 0; i < KITH_TLS_MAX_CLIENTS; ++i) net.trusting();
    BOOST_TEST(net.tenant.open({.authorities_file = net.ca}) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_tenant_can_be_closed_during_a_handshake, Fixture, Fixtures) {
    for (const int steps : {0, 1, 2, 3}) {
        Tls<Fixture> net;
        TlsTenant leaving(net.world(), "leaving");
        const auto opening = leaving.open({.authorities_file = net.ca});
        if (steps == 0) continue;
        const auto client = net.await(leaving, opening).id;
        const auto over = net.await(leaving, leaving.connect("127.0.0.1", net.server->port())).id;
        const auto op = leaving.secure(client, over);
        if (steps == 1) continue;
        net.await(leaving, op);
        leaving.read(over);
        if (steps == 3) net.settle();
    }
}

BOOST_AUTO_TEST_CASE(a_tenant_must_have_both_functions) {
    Tls<SimulatedWorld> sim;
    TestTenant bare(sim.world(), "bare");
    const kith_tls_client settings{};
    std::uint64_t op = 0;
    BOOST_TEST(bare.table<kith_tls_host>(KITH_TLS)->open(&bare.host, &settings, 1, &op) == KITH_INVALID);
    Tls<RealWorld> real;
    TestTenant other(real.world(), "bare");
    BOOST_TEST(other.table<kith_tls_host>(KITH_TLS)->open(&other.host, &settings, 1, &op) == KITH_INVALID);
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
