// SPDX-License-Identifier: MIT
//
// kith.udp/1 over loopback, in both worlds; and what only real sockets have.
#include "udp_fixture.hpp"

#include <cstddef>

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(udp)

// ---- bind ----

BOOST_AUTO_TEST_CASE_TEMPLATE(bound_reports_the_local_address, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto any_port = net.bound(net.a);
    BOOST_TEST(any_port.data == loopback);
    BOOST_TEST(any_port.port != 0u);
    BOOST_TEST(any_port.count != 0u);
    const auto every_address = net.bound(net.b, "0.0.0.0");
    BOOST_TEST(every_address.data == "0.0.0.0");
    auto that_port = options(loopback, any_port.port);
    BOOST_TEST(net.a.close_socket(any_port.id) == KITH_OK);
    BOOST_TEST(net.bound(net.a, that_port).port == any_port.port);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_port_can_be_bound_twice_only_if_shared, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto alone = net.bound(net.a);
    BOOST_TEST(net.bind_fails(options(loopback, alone.port)) == KITH_EXISTS);
    BOOST_TEST(net.bind_fails(options(loopback, alone.port, KITH_UDP_SHARED)) == KITH_EXISTS);
    const auto shared = net.bound(net.a, options("0.0.0.0", 0, KITH_UDP_SHARED));
    BOOST_TEST(net.bind_fails(options("0.0.0.0", shared.port)) == KITH_EXISTS);
    BOOST_TEST(net.bound(net.b, options("0.0.0.0", shared.port, KITH_UDP_SHARED)).port == shared.port);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_foreign_address_cannot_be_bound, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    for (const std::string_view other : {std::string_view("192.0.2.77"), group}) {
        BOOST_TEST(net.bind_fails(options(other)) == KITH_IO);
        BOOST_TEST(net.a.done.back().text.find(other) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_sockets_are_refused, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    for (const std::string_view address : {"", "localhost", "10.0.0"})
        BOOST_TEST(net.refused(net.a, net.a.bind(options(address)), KITH_INVALID), address);
    BOOST_TEST(net.refused(net.a, net.a.bind(options(loopback, 65'536)), KITH_INVALID));
    auto odd = options(loopback);
    odd.hops = 256;
    BOOST_TEST(net.refused(net.a, net.a.bind(odd), KITH_INVALID));
    odd = options(loopback);
    odd.max_size = KITH_UDP_MAX_SIZE + 1;
    BOOST_TEST(net.refused(net.a, net.a.bind(odd), KITH_INVALID));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(members_beyond_struct_size_are_ignored, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    auto cut = options(loopback);
    cut.struct_size = offsetof(kith_udp_socket, port);
    cut.port = 65'536;
    cut.hops = 256;
    BOOST_TEST(net.bound(net.a, cut).port != 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bind_that_is_cancelled_leaves_the_port_free, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto free = net.bound(net.a);
    net.a.close_socket(free.id);
    const auto op = net.a.bind(options(loopback, free.port));
    BOOST_TEST(net.a.cancel(op) == KITH_OK);
    const Completion done = net.await(net.a, op);
    BOOST_TEST((done.status == KITH_CANCELLED || done.status == KITH_OK));
    if (done.status == KITH_OK) net.a.close_socket(done.id); // it had ended already
    net.bound(net.b, options(loopback, free.port));
}

// ---- send and receive ----

BOOST_AUTO_TEST_CASE_TEMPLATE(datagrams_in_both_directions_have_their_sender, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    const auto receive = net.b.receive(b.id);
    BOOST_TEST(net.sent(net.a, a.id, {to(loopback, b.port, "ping")}).count == 1u);
    const Completion got = net.await(net.b, receive);
    BOOST_REQUIRE(got.datagrams.size() == 1u);
    BOOST_TEST(got.user == 12u);
    BOOST_TEST(got.lost == 0u);
    BOOST_TEST(got.datagrams[0].data == "ping");
    BOOST_TEST(got.datagrams[0].flags == 0u);
    const kith::address from(got.datagrams[0].remote);
    BOOST_TEST(from.host() == loopback);
    BOOST_TEST(from.port() == a.port);
    net.sent(net.b, b.id, {{.data = "pong", .size = 4, .flags = 0, .remote = got.datagrams[0].remote}});
    BOOST_TEST(net.received(net.a, a.id, 1)[0] == "pong");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_arrives_whole, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    std::vector<std::string> texts;
    for (int i = 0; i < static_cast<int>(KITH_UDP_MAX_BATCH); ++i) texts.push_back("number " + std::to_string(i));
    std::vector<kith_datagram> all;
    for (const std::string &text : texts) all.push_back(to(loopback, b.port, text));
    BOOST_TEST(net.sent(net.a, a.id, all).count == KITH_UDP_MAX_BATCH);
    BOOST_TEST(sorted(net.received(net.b, b.id, texts.size())) == sorted(texts), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_receive_returns_at_most_the_requested_datagrams, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    const auto one = to(loopback, b.port, "x");
    net.sent(net.a, a.id, {one, one, one, one, one});
    net.settle();
    for (const std::size_t most : {1, 3, 256}) {
        const Completion got = net.await(net.b, net.b.receive(b.id, static_cast<std::uint32_t>(most)));
        BOOST_TEST(got.datagrams.size() == (most == 256 ? 1 : most));
    }
    BOOST_TEST(net.nothing_comes(net.b, b.id));
    BOOST_TEST(net.refused(net.b, net.b.receive(b.id, 0), KITH_INVALID));
    BOOST_TEST(net.refused(net.b, net.b.receive(b.id, KITH_UDP_MAX_BATCH + 1), KITH_INVALID));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(empty_and_largest_datagrams, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    std::string longest(KITH_UDP_MAX_SIZE, 'l');
    longest.back() = '.';
    net.sent(net.a, a.id, {to(loopback, b.port, ""), to(loopback, b.port, longest)});
    const auto got = sorted(net.received(net.b, b.id, 2));
    BOOST_TEST(got[0].empty());
    BOOST_TEST((got[1] == longest));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(datagrams_longer_than_max_size_are_truncated_and_flagged, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    auto small = options(loopback);
    small.max_size = 4;
    const auto a = net.bound(net.a), b = net.bound(net.b, small);
    net.sent(net.a, a.id, {to(loopback, b.port, "four"), to(loopback, b.port, "fives"), to(loopback, b.port, "end")});
    std::vector<Datagram> got;
    while (got.size() < 3) {
        const Completion done = net.await(net.b, net.b.receive(b.id));
        got.insert(got.end(), done.datagrams.begin(), done.datagrams.end());
    }
    for (const Datagram &one : got) {
        BOOST_TEST((one.data == "four" || one.data == "five" || one.data == "end"), one.data);
        BOOST_TEST(((one.flags & KITH_DATAGRAM_TRUNCATED) != 0) == (one.data == "five"));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_sends_are_refused_as_a_whole, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    const auto good = to(loopback, b.port, "good");
    const std::string too_long(KITH_UDP_MAX_SIZE + 1, 'x');
    auto no_family = good;
    no_family.remote.family = 0;
    auto no_bytes = good;
    no_bytes.data = nullptr;
    for (const kith_datagram &wrong :
         {to(loopback, b.port, too_long), to("::1", b.port, "v6"), to(loopback, 0, "x"), no_family, no_bytes})
        BOOST_TEST(net.refused(net.a, net.a.send(a.id, {good, wrong}), KITH_INVALID));
    BOOST_TEST(net.refused(net.a, net.a.send(a.id, std::vector(KITH_UDP_MAX_BATCH + 1, good)), KITH_INVALID));
    BOOST_TEST(net.nothing_comes(net.b, b.id));
    BOOST_TEST(net.refused(net.a, net.a.send(a.id, {}), KITH_INVALID));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_larger_stride_is_supported, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    struct Later {
        kith_datagram now;
        std::uint64_t more[3];
    };
    const auto a = net.bound(net.a), b = net.bound(net.b);
    const Later all[] = {{to(loopback, b.port, "one"), {}}, {to(loopback, b.port, "two"), {}}};
    std::uint64_t op = 0;
    BOOST_TEST(net.a.udp()->send(&net.a.host, a.id, &all[0].now, 2, sizeof(Later), 0, 13, &op) == KITH_OK);
    BOOST_TEST(net.await(net.a, op).count == 2u);
    BOOST_TEST(sorted(net.received(net.b, b.id, 2)) == (std::vector<std::string>{"one", "two"}),
               boost::test_tools::per_element());
    BOOST_TEST(net.a.udp()->send(&net.a.host, a.id, &all[0].now, 2, sizeof(kith_datagram) - 1, 0, 13, &op) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sent_data_is_copied, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    std::string bytes = "before";
    const auto send = net.a.send(a.id, {to(loopback, b.port, bytes)});
    bytes = "behind";
    net.await(net.a, send);
    BOOST_TEST(net.received(net.b, b.id, 1)[0] == "before");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_datagram_is_attempted_after_a_failure, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a, "0.0.0.0"), b = net.bound(net.b);
    const Completion done = net.sent(
        net.a, a.id, {to(loopback, b.port, "first"), to("255.255.255.255", b.port, "broadcast"), to(loopback, b.port, "last")});
    BOOST_TEST(done.status == KITH_DENIED);
    BOOST_TEST(done.count == 2u);
    BOOST_TEST(done.text.find("255.255.255.255") != std::string::npos);
    BOOST_TEST(sorted(net.received(net.b, b.id, 2)) == (std::vector<std::string>{"first", "last"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_send_without_a_receiver_succeeds, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    net.b.close_socket(b.id);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(net.sent(net.a, a.id, {to(loopback, b.port, "hello")}).status == KITH_OK);
        BOOST_TEST(net.nothing_comes(net.a, a.id));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(datagrams_beyond_the_receive_buffer_are_counted_as_lost, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    auto small = options(loopback);
    small.receive_buffer = 16'384;
    const auto a = net.bound(net.a), b = net.bound(net.b, small);
    BOOST_TEST(b.count != 0u);
    BOOST_TEST(b.count <= 16'384u);
    const std::string bytes(1000, 'x');
    const std::size_t sent = 512;
    for (std::size_t i = 0; i < sent / 64; ++i) net.sent(net.a, a.id, std::vector(64, to(loopback, b.port, bytes)));
    net.settle();
    std::size_t got = 0;
    std::uint64_t lost = 0;
    for (;;) {
        const Completion done = net.await(net.b, net.b.receive(b.id, 256, 30 * ms));
        if (done.status != KITH_OK) break;
        got += done.datagrams.size();
        BOOST_TEST(done.lost >= lost);
        lost = done.lost;
    }
    BOOST_TEST(got != 0u);
    BOOST_TEST(got < sent);
    BOOST_TEST(got + lost == sent);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ipv6_sockets_are_separate, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const Completion b = net.await(net.b, net.b.bind(options("::1")));
    if (b.status == KITH_IO) {
        BOOST_TEST_MESSAGE("skipped: this machine has no IPv6");
        return;
    }
    BOOST_TEST(b.data == "::1");
    const auto a = net.bound(net.a, "::");
    net.bound(net.b, options("0.0.0.0", a.port)); // :: is IPv6 alone
    net.sent(net.a, a.id, {to("::1", b.port, "six")});
    const Completion got = net.await(net.b, net.b.receive(b.id));
    BOOST_REQUIRE(got.datagrams.size() == 1u);
    BOOST_TEST(got.datagrams[0].data == "six");
    BOOST_TEST(kith::address(got.datagrams[0].remote).text() == "[::1]:" + std::to_string(a.port));
    BOOST_TEST(net.refused(net.a, net.a.send(a.id, {to(loopback, b.port, "four")}), KITH_INVALID));
    BOOST_TEST(net.a.join(a.id, group, "") == KITH_INVALID);
    BOOST_TEST(net.sent(net.a, a.id, {to("::1", b.port, std::string(KITH_UDP_MAX_SIZE, 'x'))}).status == KITH_OK);
}

// ---- timeouts, cancel, close ----

BOOST_AUTO_TEST_CASE_TEMPLATE(a_receive_ends_at_its_timeout, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    const auto *clock = net.b.template table<kith_clock_host>(KITH_CLOCK);
    const auto begin = clock->monotonic(&net.b.host);
    const Completion late = net.await(net.b, net.b.receive(b.id, 1, 20 * ms));
    BOOST_TEST(late.status == KITH_TIMED_OUT);
    BOOST_TEST(late.datagrams.empty());
    BOOST_TEST(clock->monotonic(&net.b.host) - begin >= 20 * ms);
    const auto quick = net.b.receive(b.id, 1, 30 * ms);
    net.a.send(a.id, {to(loopback, b.port, "quick")});
    BOOST_TEST(net.await(net.b, quick).status == KITH_OK);
    const auto slow = net.b.receive(b.id);
    net.await(net.b, net.b.timer(60 * ms));
    BOOST_TEST(net.b.of(slow) == nullptr);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_or_timed_out_receive_loses_no_datagram, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    std::vector<std::string> sent, got;
    for (int i = 0; i < 40; ++i) {
        sent.push_back("number " + std::to_string(i));
        const auto receive = net.b.receive(b.id, 2, i % 3 == 0 ? 1 * ms : 0);
        if (i % 2 == 0) net.sent(net.a, a.id, {to(loopback, b.port, sent.back())});
        if (i % 3 != 0) net.b.cancel(receive);
        for (const Datagram &one : net.await(net.b, receive).datagrams) got.push_back(one.data);
        if (i % 2 == 1) net.sent(net.a, a.id, {to(loopback, b.port, sent.back())});
    }
    if (got.size() < sent.size()) {
        for (auto &one : net.received(net.b, b.id, sent.size() - got.size())) got.push_back(std::move(one));
    }
    BOOST_TEST(sorted(got) == sorted(sent), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_receive_and_one_send_at_a_time_until_they_have_completed, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a), b = net.bound(net.b);
    const auto receive = net.b.receive(b.id);
    BOOST_TEST(net.refused(net.b, net.b.receive(b.id), KITH_BUSY));
    net.b.cancel(receive);
    BOOST_TEST(net.refused(net.b, net.b.receive(b.id), KITH_BUSY));
    BOOST_TEST(net.await(net.b, receive).status == KITH_CANCELLED);
    net.b.receive(b.id);
    const auto send = net.a.send(a.id, {to(loopback, b.port, "x")});
    BOOST_TEST(net.refused(net.a, net.a.send(a.id, {to(loopback, b.port, "y")}), KITH_BUSY));
    net.await(net.a, send);
    net.sent(net.a, a.id, {to(loopback, b.port, "z")});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(close_ends_outstanding_operations_and_frees_the_port, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a);
    const auto receive = net.a.receive(a.id);
    const auto send = net.a.send(a.id, {to(loopback, a.port, "x")});
    BOOST_TEST(net.a.close_socket(a.id) == KITH_OK);
    net.bound(net.b, options(loopback, a.port));
    BOOST_TEST(net.await(net.a, receive).status == KITH_CANCELLED);
    const auto status = net.await(net.a, send).status;
    BOOST_TEST((status == KITH_CANCELLED || status == KITH_OK));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closed_and_foreign_sockets_are_stale, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto mine = net.bound(net.a), closed = net.bound(net.b);
    net.b.close_socket(closed.id);
    for (const std::uint64_t id : {closed.id, mine.id, std::uint64_t{0}, std::uint64_t{123'456'789}}) {
        BOOST_TEST(net.refused(net.b, net.b.receive(id), KITH_STALE));
        BOOST_TEST(net.refused(net.b, net.b.send(id, {to(loopback, 1, "x")}), KITH_STALE));
        BOOST_TEST(net.b.join(id, group, "") == KITH_STALE);
        BOOST_TEST(net.b.leave_group(id, group, "") == KITH_STALE);
        BOOST_TEST(net.b.close_socket(id) == KITH_STALE);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closing_a_tenant_closes_its_sockets, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    const auto a = net.bound(net.a);
    net.a.receive(a.id);
    net.a.send(a.id, {to(loopback, a.port, "x")});
    net.a.join(a.id, group, loopback);
    net.a.bind(options(loopback));
    const std::size_t before = net.a.done.size();
    net.a.leave_world();
    net.bound(net.b, options(loopback, a.port));
    net.settle();
    BOOST_TEST(net.a.done.size() == before);
    BOOST_TEST(net.a.told.empty());
}

BOOST_AUTO_TEST_SUITE_END()
