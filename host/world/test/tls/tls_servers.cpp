// SPDX-License-Identifier: MIT
//
// Both sides by kith.tls/1, in both worlds: certificates that both ask for, and shared keys.
#include "tls_fixture.hpp"

using namespace kith::test;

namespace {

std::string key_of(char fill) { return std::string(KITH_TLS_KEY_SIZE - 1, fill) + 'k'; }

template <class Fixture>
struct BothSides : Fixture {
    BothSides() {
        this->put("ca.pem", papers().ours);
        this->put("theirs.pem", papers().theirs);
        show("server", papers().good);
        show("client", papers().client);
        listening = this->await(there, there.listen("127.0.0.1", 0));
    }
    static const TlsCertificates &papers() { return TlsSite<Fixture>::papers(); }
    void show(const std::string &who, const Identity &identity) {
        this->put(who + ".pem", identity.certificate);
        this->put(who + ".key", identity.key);
    }
    std::uint64_t open(TlsTenant &tenant, const kith::tls_settings &with) {
        const Completion done = this->await(tenant, tenant.open(with));
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done.id;
    }
    std::uint64_t server(std::uint32_t flags = 0) {
        return open(there, {.authorities_file = flags == 0 ? std::string_view(ca) : std::string_view(),
                            .certificate_file = server_cert,
                            .key_file = server_key,
                            .flags = KITH_TLS_SERVER | flags});
    }
    std::uint64_t client() {
        return open(here, {.authorities_file = ca, .certificate_file = client_cert, .key_file = client_key});
    }
    std::uint64_t keys(TlsTenant &tenant, const std::vector<kith::tls_shared_key> &all, std::uint32_t flags) {
        return open(tenant, {.flags = flags, .shared_keys = all});
    }
    // A connection, and what both handshakes ended with.
    struct Ends {
        std::uint64_t ours = 0, theirs = 0, op = 0, their_op = 0;
        Completion client, server;
    };
    Ends meet(std::uint64_t client_context, std::uint64_t server_context, std::uint64_t timeout = 0) {
        Ends out;
        const auto connect = here.connect("127.0.0.1", listening.port), accept = there.accept(listening.id);
        out.ours = this->await(here, connect).id;
        out.theirs = this->await(there, accept).id;
        out.op = here.secure(client_context, out.ours, "b.example", timeout);
        out.their_op = there.secure(server_context, out.theirs, "", timeout);
        out.client = this->await(here, out.op);
        out.server = this->await(there, out.their_op);
        BOOST_TEST_MESSAGE("client: " << out.client.text << "\nserver: " << out.server.text);
        return out;
    }
    void talk(const Ends &ends) {
        const auto write = here.write(ends.ours, "ping"), back = there.write(ends.theirs, "pong");
        BOOST_TEST(this->await(here, write).status == KITH_OK);
        BOOST_TEST(this->await(there, back).status == KITH_OK);
        BOOST_TEST(this->read_all(there, ends.theirs, 4) == "ping");
        BOOST_TEST(this->read_all(here, ends.ours, 4) == "pong");
    }
    // With TLS 1.3 a client learns by its first read that the server does not accept it.
    Completion told(const Ends &ends) {
        if (ends.client.status != KITH_OK) return ends.client;
        return this->await(here, here.read(ends.ours));
    }

    TlsTenant here{this->world(), "here"}, there{this->world(), "there"};
    std::string ca = this->path("ca.pem"), theirs = this->path("theirs.pem"), server_cert = this->path("server.pem"),
                server_key = this->path("server.key"), client_cert = this->path("client.pem"),
                client_key = this->path("client.key");
    Completion listening;
};

} // namespace

BOOST_AUTO_TEST_SUITE(tls_servers)

BOOST_AUTO_TEST_CASE_TEMPLATE(both_sides_learn_who_the_other_is, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const auto client = net.client(), server = net.server();
    const auto ends = net.meet(client, server);
    BOOST_REQUIRE(ends.client.status == KITH_OK);
    BOOST_REQUIRE(ends.server.status == KITH_OK);
    const kith::tls_peer &its = net.here.peers.at(ends.op), &our = net.there.peers.at(ends.their_op);
    BOOST_TEST(its.verified);
    BOOST_TEST(our.verified);
    BOOST_TEST(!its.shared_key.has_value());
    BOOST_REQUIRE(its.chain.size() == 1u); // without the root
    BOOST_REQUIRE(our.chain.size() == 1u);
    BOOST_TEST(its.chain[0].subject == "CN=b");
    BOOST_TEST(our.chain[0].subject == "CN=kith");
    BOOST_TEST(our.chain[0].fingerprint.size() == 64u);
    BOOST_TEST(our.chain[0].fingerprint == net.here.credentials.at(client).chain[0].fingerprint);
    BOOST_TEST(its.is_for("b.example"));
    BOOST_TEST(our.has(KITH_TLS_COMMON_NAME, "kith"));
    BOOST_TEST(net.there.credentials.at(server).names.size() == its.names.size());
    net.talk(ends);
    BOOST_TEST(net.here.shutdown(ends.ours) == KITH_OK);
    BOOST_TEST(net.await(net.there, net.there.read(ends.theirs)).status == KITH_CLOSED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_uri_is_among_the_names, Fixture, Fixtures) {
    BothSides<Fixture> net;
    net.show("client", net.papers().member);
    const auto ends = net.meet(net.client(), net.server());
    BOOST_REQUIRE(ends.server.status == KITH_OK);
    BOOST_TEST(net.there.peers.at(ends.their_op).has(KITH_TLS_URI, "kith://shop/a@10.0.0.7"));
    BOOST_TEST(!net.there.peers.at(ends.their_op).has(KITH_TLS_DNS, "kith://shop/a@10.0.0.7"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_server_refuses_clients_of_others_and_those_without_a_certificate, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const auto server = net.server();
    auto ends = net.meet(net.open(net.here, {.authorities_file = net.ca}), server);
    BOOST_TEST(ends.server.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.server, "the other side has sent no certificate"));
    BOOST_TEST(says(net.told(ends), "requires a client certificate"));

    net.show("client", net.papers().strange_client);
    ends = net.meet(net.client(), server);
    BOOST_TEST(ends.server.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.server, "issued by CN=somebody else, is signed by an authority that is not trusted"));
    BOOST_TEST(net.told(ends).status == KITH_UNAUTHORIZED);

    net.show("client", net.papers().expired);
    ends = net.meet(net.client(), server);
    BOOST_TEST(ends.server.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.server, "has expired"));
    BOOST_TEST(says(ends.server, "clock"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_client_refuses_a_server_of_others, Fixture, Fixtures) {
    BothSides<Fixture> net;
    net.show("server", net.papers().stranger);
    const auto ends = net.meet(net.client(), net.server());
    BOOST_TEST(ends.client.status == KITH_UNAUTHORIZED);
    BOOST_TEST(ends.server.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.server, "the other side does not accept our certificate"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_anonymous_client_where_the_server_allows_it, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const auto ends = net.meet(net.open(net.here, {.authorities_file = net.ca}), net.server(KITH_TLS_ANONYMOUS));
    BOOST_REQUIRE(ends.server.status == KITH_OK);
    BOOST_TEST(!net.there.peers.at(ends.their_op).verified);
    BOOST_TEST(net.there.peers.at(ends.their_op).chain.empty());
    net.talk(ends);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(changed_files_of_a_server_are_read_at_its_next_handshake, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const auto client = net.client(), server = net.server();
    const auto before = net.meet(client, server);
    net.show("server", net.papers().good_again);
    const auto after = net.meet(client, server);
    BOOST_REQUIRE(after.client.status == KITH_OK);
    BOOST_TEST(net.here.peers.at(before.op).chain[0].fingerprint != net.here.peers.at(after.op).chain[0].fingerprint);
    net.talk(before);
    net.talk(after);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shared_keys_prove_the_group, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const std::string a = key_of('a'), b = key_of('b');
    const auto server = net.keys(net.there, {{a}, {b}}, KITH_TLS_SERVER), old = net.keys(net.here, {{a}}, 0),
               fresh = net.keys(net.here, {{b}, {a}}, 0);
    const auto first = net.meet(old, server), second = net.meet(fresh, server);
    for (const auto &[ends, index] : {std::pair{first, 0U}, std::pair{second, 1U}}) {
        BOOST_REQUIRE(ends.client.status == KITH_OK);
        BOOST_REQUIRE(ends.server.status == KITH_OK);
        BOOST_TEST(net.there.peers.at(ends.their_op).shared_key.value() == index);
        BOOST_TEST(net.here.peers.at(ends.op).shared_key.value() == 0u);
        BOOST_TEST(net.there.peers.at(ends.their_op).verified);
        BOOST_TEST(net.there.peers.at(ends.their_op).chain.empty());
        BOOST_TEST((net.there.peers.at(ends.their_op).version == KITH_TLS_1_3));
        net.talk(ends);
    }
    const auto &identities = net.there.credentials.at(server).identities;
    BOOST_REQUIRE(identities.size() == 2u);
    BOOST_TEST(identities[0].starts_with("kith-"));
    BOOST_TEST(identities[0].size() == 37u);
    BOOST_TEST(identities[0] != identities[1]);
    BOOST_TEST(identities[0] == net.here.credentials.at(old).identities[0]);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_shared_key_is_refused_at_both_ends, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const std::string a = key_of('a'), b = key_of('b');
    auto ends = net.meet(net.keys(net.here, {{b}}, 0), net.keys(net.there, {{a}}, KITH_TLS_SERVER));
    BOOST_TEST(ends.client.status == KITH_UNAUTHORIZED);
    BOOST_TEST(ends.server.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.client, "the other side does not accept our shared key `kith-"));
    BOOST_TEST(says(ends.server, "the other side offers the shared key `kith-"));
    BOOST_TEST(says(ends.server, "which is none of ours"));
    // The identity is known, and the key is another.
    ends = net.meet(net.keys(net.here, {{b, "group"}}, 0), net.keys(net.there, {{a, "group"}}, KITH_TLS_SERVER));
    BOOST_TEST(ends.client.status == KITH_UNAUTHORIZED);
    BOOST_TEST(ends.server.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.server, "has another key of the identity `group`"));
    BOOST_TEST(says(ends.client, "does not accept our shared key `group`"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keys_and_certificates_do_not_meet, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const std::string a = key_of('a');
    auto ends = net.meet(net.keys(net.here, {{a}}, 0), net.server(KITH_TLS_ANONYMOUS));
    BOOST_TEST(ends.client.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.client, "presents a certificate, and does not use the shared key"));
    BOOST_TEST(ends.server.status != KITH_OK);
    ends = net.meet(net.client(), net.keys(net.there, {{a}}, KITH_TLS_SERVER));
    BOOST_TEST(ends.server.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(ends.server, "offers no shared key, and one is required"));
    BOOST_TEST(ends.client.status != KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_client_that_never_speaks_times_out_and_garbage_is_no_tls, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const auto server = net.server();
    const auto meet_plain = [&](std::string_view bytes, std::uint64_t timeout) {
        const auto connect = net.here.connect("127.0.0.1", net.listening.port), accept = net.there.accept(net.listening.id);
        const auto ours = net.await(net.here, connect).id, theirs = net.await(net.there, accept).id;
        const auto op = net.there.secure(server, theirs, "", timeout);
        if (!bytes.empty()) net.await(net.here, net.here.write(ours, bytes));
        if (bytes.empty() && timeout == 0) net.here.close(ours);
        return net.await(net.there, op);
    };
    Completion done = meet_plain("", 50 * ms);
    BOOST_TEST(done.status == KITH_TIMED_OUT);
    done = meet_plain(std::string_view("\x16\x03\x01\x00\x50\x01", 6), 50 * ms); // half of a hello
    BOOST_TEST(done.status == KITH_TIMED_OUT);
    BOOST_TEST(meet_plain("", 0).status == KITH_RESET);
    done = meet_plain("GET / HTTP/1.1\r\n\r\n", 0);
    BOOST_TEST(done.status == KITH_PROTOCOL);
    done = meet_plain(std::string(300, '\xfe'), 0);
    BOOST_TEST(done.status == KITH_PROTOCOL);
    BOOST_TEST(says(done, "does not speak TLS"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(many_half_open_handshakes_at_a_time, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const auto server = net.server(), client = net.client();
    std::vector<std::uint64_t> ops;
    for (int i = 0; i < 300; ++i) {
        const auto connect = net.here.connect("127.0.0.1", net.listening.port), accept = net.there.accept(net.listening.id);
        net.await(net.here, connect);
        ops.push_back(net.there.secure(server, net.await(net.there, accept).id, "", 500 * ms));
    }
    const auto ends = net.meet(client, server); // is served beside them
    BOOST_TEST(ends.server.status == KITH_OK);
    for (const auto op : ops) BOOST_TEST(net.await(net.there, op).status == KITH_TIMED_OUT);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(settings_that_make_no_sense_are_refused, Fixture, Fixtures) {
    BothSides<Fixture> net;
    const auto refused = [&](const kith::tls_settings &with) {
        const auto op = net.there.open(with);
        const std::int32_t status = op == 0 ? net.there.refused : net.await(net.there, op).status;
        BOOST_TEST_MESSAGE(net.there.error);
        return status == KITH_INVALID;
    };
    const std::string a = key_of('a'), zeros(KITH_TLS_KEY_SIZE, '\0'), wide(KITH_TLS_MAX_IDENTITY + 1, 'x');
    const std::vector<kith::tls_shared_key> one{{a}}, same{{a}, {a, "x"}}, weak{{zeros}}, long_name{{a, wide}},
        many(KITH_TLS_MAX_KEYS + 1, kith::tls_shared_key{a});
    BOOST_TEST(refused({.flags = KITH_TLS_SERVER}));
    BOOST_TEST(refused({.authorities_file = net.ca, .flags = KITH_TLS_SERVER}));
    BOOST_TEST(refused({.certificate_file = net.server_cert, .key_file = net.server_key, .flags = KITH_TLS_SERVER}));
    BOOST_TEST(refused(
        {.certificate_file = net.server_cert, .key_file = net.server_key, .flags = KITH_TLS_SERVER | KITH_TLS_INSECURE}));
    BOOST_TEST(refused({.authorities_file = net.ca, .flags = KITH_TLS_ANONYMOUS}));
    BOOST_TEST(refused({.authorities_file = net.ca, .shared_keys = one}));
    BOOST_TEST(refused({.flags = KITH_TLS_INSECURE, .shared_keys = one}));
    BOOST_TEST(refused({.max_version = KITH_TLS_1_2, .shared_keys = one}));
    BOOST_TEST(refused({.shared_keys = same}));
    BOOST_TEST(refused({.shared_keys = weak}));
    BOOST_TEST(refused({.shared_keys = long_name}));
    BOOST_TEST(refused({.shared_keys = many}));
}

BOOST_AUTO_TEST_SUITE_END()
