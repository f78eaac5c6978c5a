// SPDX-License-Identifier: MIT
//
// kith.udp/1 of simulated machines: sockets, groups, broadcasts. What goes wrong on the way is in udp_faults.cpp.
#include "udp_test_tenant.hpp"

#include <kith/testkit/network_segment.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view group = "233.252.1.32";
constexpr std::string_view group6 = "ff02::4b49";

struct UdpFixture {
    SimNet net{7};
    SimulatedMachine &a = net.machine("a", {"10.0.0.1", "fd00::1"});
    SimulatedMachine &b = net.machine("b", {"10.0.0.2", "fd00::2"});
    SimulatedMachine &c = net.machine("c", {"10.0.0.3", "fd00::3"});
    UdpTenant at_a{a}, at_b{b}, at_c{c};

    UdpFixture() { net.segment().delay(1ms, 1ms); }
    std::uint64_t refused(std::int32_t status, std::uint64_t op) {
        BOOST_TEST(op == 0u);
        BOOST_TEST(at_a.refused == status);
        BOOST_TEST(!at_a.error.empty());
        at_a.error.clear();
        return op;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(udp, UdpFixture)

BOOST_AUTO_TEST_CASE(a_unicast_datagram) {
    const auto from = at_a.open({.port = 50});
    at_b.open({});
    const Completion sent = at_a.send_text(from, "10.0.0.2", "hello");
    BOOST_TEST(sent.status == KITH_OK, sent.text);
    BOOST_TEST(sent.count == 1u);
    BOOST_TEST(at_b.received() == "hello");
    BOOST_TEST(at_b.got[0].from == "10.0.0.1:50");
    BOOST_TEST(at_c.got.empty());
    BOOST_TEST(at_a.got.empty());
}

BOOST_AUTO_TEST_CASE(all_members_of_a_group_and_the_sender_receive_a_datagram) {
    const auto from = at_a.open({}, group);
    at_b.open({}, group);
    at_c.open({}); // has not joined
    at_a.send_text(from, group, "hello");
    BOOST_TEST(at_a.received() == "hello");
    BOOST_TEST(at_b.received() == "hello");
    BOOST_TEST(at_c.received() == "");
    BOOST_REQUIRE(at_b.told.size() == 1u);
    BOOST_TEST(at_b.told[0].status == KITH_OK);
    BOOST_TEST(at_b.told[0].group == group);
    BOOST_TEST(at_a.got[0].from == "10.0.0.1:99");
}

BOOST_AUTO_TEST_CASE(many_datagrams_in_one_call_keep_their_senders) {
    net.tick(1ms);
    const auto from_a = at_a.open({}), from_c = at_c.open({});
    at_b.open({}, group);
    at_a.send(from_a, {at_a.to(group, 99, "1"), at_a.to(group, 99, "two"), at_a.to(group, 99, "")});
    at_c.send_text(from_c, group, "4");
    BOOST_TEST(at_b.received() == "1 two  4");
    BOOST_TEST(at_b.got[2].from == "10.0.0.1:99");
    BOOST_TEST(at_b.got[3].from == "10.0.0.3:99");
    BOOST_TEST(at_b.calls == 1u);
}

BOOST_AUTO_TEST_CASE(a_receive_returns_at_most_the_requested_datagrams) {
    const auto from = at_a.open({});
    const auto to = at_b.await(at_b.bind({})).id;
    std::vector<kith_datagram> all(100, at_a.to("10.0.0.2", 99, "x"));
    for (int i = 0; i < 3; ++i) BOOST_TEST(at_a.await(at_a.send(from, all)).count == 100u);
    net.run_for(10ms);
    for (const std::uint32_t expected : {7u, 256u, 37u}) {
        BOOST_TEST(at_b.await(at_b.receive(to, std::min(expected, 256u))).count == expected);
    }
    const auto empty = at_b.receive(to, 1, 1'000'000);
    BOOST_TEST(at_b.await(empty).status == KITH_TIMED_OUT);
    BOOST_TEST(at_b.await(empty).text == "udp.receive on 0.0.0.0:99: its time was over");
    BOOST_TEST(at_b.lost == 0u);
}

BOOST_AUTO_TEST_CASE(sockets_on_one_port) {
    const auto first = at_b.open({}, group), second = at_b.open({}, group);
    const auto from = at_a.open({.flags = KITH_UDP_BROADCAST});
    at_a.send_text(from, group, "group");
    BOOST_TEST(at_b.received() == "group group");
    at_a.send_text(from, "255.255.255.255", "all");
    BOOST_TEST(at_b.received() == "all all");
    at_a.send_text(from, "10.0.0.2", "one");
    BOOST_TEST(at_b.received() == "one");
    at_b.close_socket(second);
    at_a.send_text(from, group, "again");
    BOOST_TEST(at_b.received() == "again");
    BOOST_TEST(b.open_sockets() == 1u);
    BOOST_TEST(at_b.close_socket(second) == KITH_STALE);
    BOOST_TEST(at_b.close_socket(first) == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_unless_both_share_it) {
    at_b.open({});
    BOOST_TEST(at_b.await(at_b.bind({.flags = 0})).status == KITH_EXISTS);
    BOOST_TEST(at_b.done.back().text == "udp.bind to 0.0.0.0:99: it is taken already");
    BOOST_TEST(at_b.await(at_b.bind({.address = "10.0.0.2", .flags = 0})).status == KITH_EXISTS);
    BOOST_TEST(at_b.await(at_b.bind({.address = "::", .flags = 0})).status == KITH_OK);
    BOOST_TEST(at_b.await(at_b.bind({.address = "10.0.0.1"})).status == KITH_IO);
    const Completion free_port = at_b.await(at_b.bind({.port = 0}));
    BOOST_TEST(free_port.port >= 49152u);
    BOOST_TEST(free_port.data == "0.0.0.0");
    b.descriptors(3);
    BOOST_TEST(at_b.await(at_b.bind({.port = 0})).status == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE(the_bound_address_determines_what_a_socket_receives) {
    const auto any = at_b.open({}), bound = at_b.open({.address = "10.0.0.2"}), home = at_b.open({.address = "127.0.0.1"});
    const auto received_by = [&](std::string_view to, std::string_view bytes) {
        at_b.send_text(any, to, bytes);
        net.run_for(1ms);
        std::string out;
        for (const auto &[socket, name] : {std::pair{any, "any"}, std::pair{bound, "bound"}, std::pair{home, "home"}}) {
            const auto op = at_b.receive(socket, 1, 1000);
            if (op != 0 && at_b.await(op).status == KITH_OK) out += name;
        }
        return out;
    };
    net.run_for(1ms);
    at_b.machine.cancel_all(at_b.host);
    net.run_for(1ms);
    BOOST_TEST(received_by("10.0.0.2", "x") == "bound");
    BOOST_TEST(received_by("127.0.0.1", "x") == "home");
    BOOST_TEST(received_by("127.0.0.2", "x") == "any");
    BOOST_TEST(at_b.got[0].from == "10.0.0.2:99");
    BOOST_TEST(at_b.got[1].from == "127.0.0.1:99");
}

BOOST_AUTO_TEST_CASE(broadcasts) {
    const auto plain = at_a.open({}), may = at_a.open({.port = 50, .flags = KITH_UDP_BROADCAST | KITH_UDP_NO_LOOP});
    at_b.open({});
    UdpTenant elsewhere(net.machine("d", {"10.0.1.4"}));
    elsewhere.open({});
    for (const auto to : {"255.255.255.255", "10.0.0.255"}) {
        const Completion denied = at_a.send_text(plain, to, "no");
        BOOST_TEST(denied.status == KITH_DENIED);
        BOOST_TEST(denied.count == 0u);
        BOOST_TEST(at_a.send_text(may, to, to).status == KITH_OK);
    }
    BOOST_TEST(at_a.received() == "255.255.255.255 10.0.0.255"); // NO_LOOP changes nothing
    BOOST_TEST(at_b.received() == "255.255.255.255 10.0.0.255");
    BOOST_TEST(elsewhere.received() == "255.255.255.255");
}

BOOST_AUTO_TEST_CASE(no_loop_and_hops) {
    const auto quiet = at_a.open({.flags = KITH_UDP_SHARED | KITH_UDP_NO_LOOP}, group);
    UdpTenant other(a);
    other.open({}, group);
    const auto home = other.open({.port = 50, .hops = 0});
    at_b.open({}, group);
    at_a.send_text(quiet, group, "out");
    BOOST_TEST(at_b.received() == "out");
    BOOST_TEST(at_a.received() + other.received() == "");
    other.send_text(home, group, "in");
    BOOST_TEST(at_b.received() == "");
    BOOST_TEST(at_a.received() == "in");
    BOOST_TEST(other.received() == "in");
}

BOOST_AUTO_TEST_CASE(hops_cross_routers) {
    NetworkSegment &far = net.segment("far");
    NetworkSegment &farther = net.segment("farther");
    net.connect(net.segment(), far);
    net.connect(far, farther);
    UdpTenant at_d(net.machine("d", {})), at_e(net.machine("e", {}));
    at_d.machine.plug("eth0", far, {"10.1.0.1"});
    at_e.machine.plug("eth0", farther, {"10.2.0.1"});
    at_d.open({}, group);
    const auto e = at_e.open({}, group);
    const auto one = at_a.open({.port = 51, .hops = 1}), two = at_a.open({.port = 52, .hops = 2}),
               many = at_a.open({.port = 53, .hops = 9});
    at_a.send_text(one, group, "1");
    at_a.send_text(two, group, "2");
    net.run_for(5ms);
    at_a.send_text(many, group, "9");
    BOOST_TEST(at_d.received() == "2 9");
    BOOST_TEST(at_e.received() == "9");
    at_e.send_text(e, "10.0.0.1", "back", 51);
    BOOST_TEST(at_a.received() == "back");
    BOOST_TEST(at_a.got[0].from == "10.2.0.1:99");
}

BOOST_AUTO_TEST_CASE(ipv6_groups_and_addresses_and_link_local_scopes) {
    a.interface().addresses({"10.0.0.1", "fe80::1"});
    const auto from = at_a.open({.address = "::"}, group6, "eth0");
    at_b.open({.address = "::"}, group6);
    at_b.open({}, group);
    at_a.send_text(from, group6, "six");
    BOOST_TEST(at_b.received() == "six");
    BOOST_TEST(at_b.got[0].from == "[fe80::1]:99");
    BOOST_TEST(at_b.got[0].scope == 2u);
    BOOST_TEST(at_a.received() == "six");
    auto scoped = at_a.to("fe80::1", 99, "me");
    scoped.remote.scope = 2;
    BOOST_TEST(at_a.await(at_a.send(from, {scoped})).status == KITH_OK);
    BOOST_TEST(at_a.received() == "me");
    refused(KITH_INVALID, at_a.send(from, {at_a.to("10.0.0.2", 99, "four")}));
    BOOST_TEST(at_a.join(from, group) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(a_long_datagram_is_truncated_and_flagged) {
    const auto from = at_a.open({});
    at_b.open({.max_size = 4});
    at_a.send_text(from, "10.0.0.2", "1234");
    at_a.send_text(from, "10.0.0.2", "12345");
    BOOST_TEST(at_b.received() == "1234 1234");
    BOOST_TEST(at_b.got[0].flags == 0u);
    BOOST_TEST(at_b.got[1].flags == KITH_DATAGRAM_TRUNCATED);
    const std::string longest(KITH_UDP_MAX_SIZE, 'x');
    at_c.open({});
    BOOST_TEST(at_a.send_text(from, "10.0.0.3", longest).status == KITH_OK);
    BOOST_TEST(at_c.received().size() == longest.size());
    refused(KITH_INVALID, at_a.send(from, {at_a.to("10.0.0.3", 99, longest + "x")}));
}

BOOST_AUTO_TEST_CASE(a_full_buffer_loses_and_counts) {
    const auto from = at_a.open({});
    const Completion made = at_b.await(at_b.bind({.receive_buffer = 5000}));
    BOOST_TEST(made.count == 5000u);
    b.receive_buffers(1000, 2000);
    BOOST_TEST(at_b.await(at_b.bind({.port = 1})).count == 1000u);
    BOOST_TEST(at_b.await(at_b.bind({.port = 2, .receive_buffer = 5000})).count == 2000u);
    const std::string big(1000, 'x');
    at_a.await(at_a.send(from, std::vector<kith_datagram>(10, at_a.to("10.0.0.2", 99, big))));
    net.run_for(10ms);
    BOOST_TEST(at_b.await(at_b.receive(made.id)).count == 4u); // 1256 each
    BOOST_TEST(at_b.lost == 6u);
    at_a.send_text(from, "10.0.0.2", "room again");
    BOOST_TEST(at_b.await(at_b.receive(made.id)).count == 1u);
    BOOST_TEST(at_b.lost == 6u);
}

BOOST_AUTO_TEST_CASE(close_and_cancel_end_outstanding_operations) {
    const auto socket = at_b.await(at_b.bind({})).id;
    const auto first = at_b.receive(socket);
    BOOST_TEST(b.cancel(at_b.host, first) == KITH_OK);
    BOOST_TEST(at_b.await(first).status == KITH_CANCELLED);
    const auto second = at_b.receive(socket);
    at_b.close_socket(socket);
    BOOST_TEST(at_b.await(second).status == KITH_CANCELLED);
    BOOST_TEST(at_b.await(second).count == 0u);
    BOOST_TEST(at_b.receive(socket) == 0u);
    BOOST_TEST(at_b.refused == KITH_STALE);
}

BOOST_AUTO_TEST_CASE(a_cancelled_receive_loses_no_datagram) {
    const auto from = at_a.open({});
    const auto socket = at_b.await(at_b.bind({})).id;
    const auto op = at_b.receive(socket);
    at_a.send(from, {at_a.to("10.0.0.2", 99, "kept")});
    b.cancel(at_b.host, op);
    net.run_for(10ms);
    BOOST_TEST(at_b.await(op).status == KITH_CANCELLED);
    BOOST_TEST(at_b.await(at_b.receive(socket)).count == 1u);
}

BOOST_AUTO_TEST_CASE(refused_calls_have_a_text) {
    const auto socket = at_a.await(at_a.bind({})).id;
    refused(KITH_INVALID, at_a.bind({.address = ""}));
    refused(KITH_INVALID, at_a.bind({.address = "host.example"}));
    refused(KITH_INVALID, at_a.bind({.port = 65'536}));
    refused(KITH_INVALID, at_a.bind({.hops = 256}));
    refused(KITH_INVALID, at_a.bind({.max_size = KITH_UDP_MAX_SIZE + 1}));
    refused(KITH_INVALID, at_a.receive(socket, 0));
    refused(KITH_INVALID, at_a.receive(socket, KITH_UDP_MAX_BATCH + 1));
    refused(KITH_INVALID, at_a.send(socket, {}));
    refused(KITH_INVALID, at_a.send(socket, std::vector<kith_datagram>(257, at_a.to("10.0.0.2", 99, "x"))));
    refused(KITH_INVALID, at_a.send(socket, {at_a.to("10.0.0.2", 0, "x")}));
    at_a.receive(socket);
    refused(KITH_BUSY, at_a.receive(socket));
    refused(KITH_STALE, at_a.receive(socket + 2));
    const std::uint64_t ok = 0;
    at_a.join(socket, "10.0.0.9");
    refused(KITH_INVALID, ok);
    at_a.join(socket, group);
    at_a.join(socket, group);
    refused(KITH_EXISTS, ok);
    at_a.leave(socket, group, "eth0");
    refused(KITH_NOT_FOUND, ok);
    for (int i = 1; i < 64; ++i) BOOST_TEST(at_a.join(socket, "239.0.0." + std::to_string(i)) == KITH_OK);
    at_a.join(socket, "239.0.1.1");
    refused(KITH_LIMIT, ok);
    at_a.speechless = true;
    refused(KITH_INVALID, at_a.bind({}));
}

BOOST_AUTO_TEST_CASE(an_older_plugin_has_a_shorter_struct) {
    kith_udp_socket raw{};
    raw.struct_size = offsetof(kith_udp_socket, hops);
    raw.address = kith::test::str("0.0.0.0");
    raw.port = 7;
    raw.max_size = 1u << 30; // beyond it: not looked at
    std::uint64_t op = 0;
    BOOST_TEST(at_a.udp()->bind(&at_a.host, &raw, 0, &op) == KITH_OK);
    BOOST_TEST(at_a.await(op).port == 7u);
}

BOOST_AUTO_TEST_CASE(a_group_is_left) {
    const auto from = at_a.open({});
    const auto socket = at_b.open({}, group);
    at_b.join(socket, group, "10.0.0.2");
    at_a.send_text(from, group, "once"); // though it was asked for twice
    BOOST_TEST(at_b.received() == "once");
    BOOST_TEST(at_b.leave(socket, group) == KITH_OK);
    at_a.send_text(from, group, "still");
    BOOST_TEST(at_b.received() == "still");
    BOOST_TEST(at_b.leave(socket, group, "10.0.0.2") == KITH_OK);
    at_a.send_text(from, group, "gone");
    BOOST_TEST(at_b.received() == "");
}

BOOST_AUTO_TEST_CASE(several_interfaces) {
    NetworkSegment &storage = net.segment("storage");
    for (SimulatedMachine *each : {&a, &b}) each->plug("eth1", storage, {"192.168.0." + std::to_string(each->index() + 1)});
    at_b.open({}, group, "eth1");
    at_c.open({}, group);
    at_a.send_text(at_a.open({.port = 51}), group, "by the routes");
    at_a.send_text(at_a.open({.port = 52, .interface = "eth1"}), group, "by name");
    at_a.send_text(at_a.open({.port = 53, .interface = "192.168.0.1"}), group, "by address");
    const auto bound = at_a.open({.address = "192.168.0.1", .port = 54});
    net.run_for(5ms);
    at_a.send_text(bound, group, "by its own");
    BOOST_TEST(at_c.received() == "by the routes");
    BOOST_TEST(at_b.received(0ms).size() == std::string("by name by address by its own").size());
    BOOST_TEST(at_b.got.back().from == "192.168.0.1:54");
    at_a.send_text(bound, "192.168.0.2", "unicast");
    BOOST_TEST(at_b.received() == "unicast");
    BOOST_TEST(at_a.send_text(at_a.open({.port = 55, .interface = "eth9"}), group, "x").status == KITH_UNREACHABLE);
}

BOOST_AUTO_TEST_SUITE_END()
