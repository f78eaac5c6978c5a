// SPDX-License-Identifier: MIT
//
// kith.tls/1 over loopback, in both worlds.
#include "tls_fixture.hpp"

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_secured_stream_transfers_data, Fixture, Fixtures) {
    TlsFixture<Fixture> net;
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

BOOST_AUTO_TEST_CASE_TEMPLATE(large_data_in_both_directions_in_any_pieces, Fixture, Fixtures) {
    TlsFixture<Fixture> net;
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
    TlsFixture<Fixture> net;
    const auto over = net.secured(net.trusting());
    net.await(net.tenant, net.tenant.write(over, "0123456789"));
    net.settle();
    for (const char *one : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})
        BOOST_TEST(net.await(net.tenant, net.tenant.read(over, 1)).data == one);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_or_timed_out_read_loses_no_byte, Fixture, Fixtures) {
    TlsFixture<Fixture> net;
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
    TlsFixture<RealWorld> net;
    const auto over = net.secured(net.trusting());
    net.server->stop_reading(true);
    const std::string much(12'000'000, 'a');
    BOOST_TEST(net.await(net.tenant, net.tenant.write(over, much, 50 * ms)).status == KITH_TIMED_OUT);
    net.server->stop_reading(false);
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
    TlsFixture<Fixture> net;
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

BOOST_AUTO_TEST_CASE_TEMPLATE(minimum_and_maximum_version, Fixture, Fixtures) {
    TlsFixture<Fixture> old(Talks::tls_1_2), fresh(Talks::tls_1_3);
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
    TlsFixture<Fixture> banner(Talks::banner), nothing(Talks::nothing), goodbye(Talks::goodbye);
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
    TlsFixture<Fixture> net(Talks::nothing);
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
    TlsFixture<Fixture> net;
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
    for (std::uint32_t i = 0; i < KITH_TLS_MAX_CONTEXTS; ++i) net.trusting();
    BOOST_TEST(net.tenant.open({.authorities_file = net.ca}) == 0u);
    BOOST_TEST(net.tenant.refused == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_tenant_can_be_closed_during_a_handshake, Fixture, Fixtures) {
    for (const int steps : {0, 1, 2, 3}) {
        TlsFixture<Fixture> net;
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
    TlsFixture<SimulatedWorld> sim;
    TestTenant bare(sim.world(), "bare");
    const kith_tls_settings settings{};
    std::uint64_t op = 0;
    BOOST_TEST(bare.table<kith_tls_host>(KITH_TLS)->open(&bare.host, &settings, 1, &op) == KITH_INVALID);
    TlsFixture<RealWorld> real;
    TestTenant other(real.world(), "bare");
    BOOST_TEST(other.table<kith_tls_host>(KITH_TLS)->open(&other.host, &settings, 1, &op) == KITH_INVALID);
}

BOOST_AUTO_TEST_SUITE_END()
