// SPDX-License-Identifier: MIT
//
// Datagrams on bad days: each fault, seen from a socket.
#include "udp_test_tenant.hpp"

#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <boost/test/unit_test.hpp>

#include <map>

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view group = "233.252.1.32";
constexpr std::uint64_t second = 1'000'000'000;

struct UdpFaultsFixture {
    SimNet net{7};
    NetworkSegment &segment = net.segment();
    SimulatedMachine &a = net.machine("a", {"10.0.0.1"});
    SimulatedMachine &b = net.machine("b", {"10.0.0.2"});
    SimulatedMachine &c = net.machine("c", {"10.0.0.3"});
    UdpTenant at_a{a}, at_b{b}, at_c{c};
    std::uint64_t socket_a = at_a.open({}, group), socket_b = at_b.open({}, group), socket_c = at_c.open({}, group);

    UdpFaultsFixture() {
        segment.delay(1ms, 1ms);
        net.run_for(1ms);
        for (auto *each : {&at_a, &at_b, &at_c}) each->told.clear();
    }

    // Who hears a, by group and by address: "ab b".
    std::string round() {
        std::string out;
        for (auto *each : {&at_a, &at_b, &at_c}) each->received();
        for (const auto to : {group, std::string_view("10.0.0.2")}) {
            at_a.send_text(socket_a, to, "x");
            out += at_a.received().empty() ? "" : "a";
            out += at_b.received(0ms).empty() ? "" : "b";
            out += at_c.received(0ms).empty() ? "" : "c";
            out += ' ';
        }
        return out;
    }
    std::size_t received(UdpTenant &by, int sent, std::string_view to = group) {
        by.received();
        const auto before = by.got.size();
        for (int i = 0; i < sent; ++i) {
            at_a.send_text(socket_a, to, std::to_string(i));
            net.run_for(2ms); // so that no buffer is full
        }
        return by.got.size() - before;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(udp_faults, UdpFaultsFixture)

BOOST_AUTO_TEST_CASE(datagrams_without_faults) { BOOST_TEST(round() == "abc b "); }

BOOST_AUTO_TEST_CASE(loss_of_a_segment_a_link_and_an_interface) {
    segment.loss(0.3);
    const auto heard = received(at_b, 1000);
    BOOST_TEST((heard > 640 && heard < 760), heard);
    BOOST_TEST(received(at_a, 100) == 100u); // what a machine says to itself passes no wire
    segment.loss(0);
    net.loss(a, b, 0.5);
    const auto by_link = received(at_b, 1000);
    BOOST_TEST((by_link > 430 && by_link < 570), by_link);
    BOOST_TEST(received(at_c, 100) == 100u);
    net.loss(a, b, 0);
    c.interface().loss(1);
    BOOST_TEST(round() == "ab b ");
}

BOOST_AUTO_TEST_CASE(duplicates) {
    segment.duplicate(0.5);
    const auto heard = received(at_b, 1000);
    BOOST_TEST((heard > 1430 && heard < 1570), heard);
    segment.duplicate(1);
    at_b.received();
    at_a.send_text(socket_a, "10.0.0.2", "y");
    BOOST_TEST(at_b.received() == "y y");
}

BOOST_AUTO_TEST_CASE(delay_and_reordering) {
    const auto begin = net.now();
    at_a.send_text(socket_a, group, "x");
    at_b.received();
    BOOST_TEST((at_b.got.back().at - begin == 1ms));
    segment.reorder(0.2, 5ms);
    at_a.await(at_a.send(socket_a, {at_a.to(group, 99, "0"), at_a.to(group, 99, "1"), at_a.to(group, 99, "2")}));
    std::string all;
    for (int i = 0; i < 100; ++i) {
        at_a.send_text(socket_a, group, std::to_string(i));
        net.run_for(1ms);
    }
    net.run_for(1s);
    BOOST_TEST(at_b.got.size() == 104u); // all came
    std::size_t overtaken = 0;
    for (std::size_t i = 5; i < at_b.got.size(); ++i)
        overtaken += std::stoi(at_b.got[i].bytes) < std::stoi(at_b.got[i - 1].bytes) ? 1 : 0;
    BOOST_TEST((overtaken > 5 && overtaken < 30), overtaken);
}

BOOST_AUTO_TEST_CASE(a_partition_and_islands) {
    net.partition(a, b);
    BOOST_TEST(round() == "ac  ");
    net.heal(a, b);
    BOOST_TEST(round() == "abc b ");
    net.route(b, a, Route::silent); // the other way only
    BOOST_TEST(round() == "abc b ");
    net.route(b, a, Route::open);
    net.islands({{&a, &c}, {&b}});
    BOOST_TEST(round() == "ac  ");
    net.islands({{&b, &c}}); // a is with the rest
    BOOST_TEST(round() == "a  ");
    net.unite();
    BOOST_TEST(round() == "abc b ");
}

BOOST_AUTO_TEST_CASE(islands_hold_for_streams_too) {
    ScriptedServer peer(b, 80);
    peer.script().send("hello").close();
    net.islands({{&b}});
    ScriptedServer client(a, 81);
    std::string text;
    client.dial("10.0.0.2", 80, [&](Conversation &with) { with.on_end([&](Conversation &end) { text = end.received(); }); });
    net.run_for(10s);
    BOOST_TEST(peer.accepted() == 0u);
    net.unite();
    net.run_for(60s);
    BOOST_TEST(text == "hello");
}

BOOST_AUTO_TEST_CASE(interfaces_that_do_not_receive) {
    NetworkInterface &eth0 = b.interface();
    const auto hears = [&](Hears what) {
        eth0.hears(what);
        at_b.received();
        at_a.send_text(socket_a, group, "group");
        at_a.send_text(socket_a, "10.0.0.2", "address");
        at_b.send_text(socket_b, group, "own");
        at_b.send_text(socket_b, "10.0.0.2", "home");
        return at_b.received();
    };
    BOOST_TEST(hears(Hears::everything) == "home group address own");
    BOOST_TEST(at_a.received() == "group own"); // what it says is heard
    BOOST_TEST(hears(Hears::no_groups) == "home address own");
    BOOST_TEST(hears(Hears::itself) == "home own");
    BOOST_TEST(hears(Hears::nothing) == "home");
    BOOST_TEST(at_b.told.empty()); // nobody knows
    BOOST_TEST(hears(Hears::everything) == "home group address own");
}

BOOST_AUTO_TEST_CASE(interfaces_that_do_not_send) {
    a.interface().sends(Sends::nothing);
    BOOST_TEST(round() == "a  ");
    BOOST_TEST(at_a.done.back().status == KITH_OK);
    a.interface().sends(Sends::everything);
    BOOST_TEST(round() == "abc b ");
}

BOOST_AUTO_TEST_CASE(a_firewall_refuses_sends) {
    a.interface().sends(Sends::denied);
    const Completion done = at_a.send_text(socket_a, group, "x");
    BOOST_TEST(done.status == KITH_DENIED);
    BOOST_TEST(done.text == "udp.send to 233.252.1.32:99: a broadcast needs KITH_UDP_BROADCAST, or a firewall forbids it");
    BOOST_TEST(at_a.send_text(socket_a, "127.0.0.1", "x").status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(the_send_buffer_is_full) {
    a.interface().sends(Sends::later);
    const auto op = at_a.send(socket_a, {at_a.to("127.0.0.1", 99, "1"), at_a.to(group, 99, "2"), at_a.to(group, 99, "3")});
    BOOST_TEST(at_a.received(1min) == "1");
    BOOST_TEST(at_a.of(op) == nullptr);
    BOOST_TEST(at_a.send(socket_a, {at_a.to(group, 99, "4")}) == 0u);
    BOOST_TEST(at_a.refused == KITH_BUSY);
    a.interface().sends(Sends::everything);
    BOOST_TEST(at_a.await(op).status == KITH_OK);
    BOOST_TEST(at_a.await(op).count == 3u);
    BOOST_TEST(at_b.received() == "2 3");

    a.interface().sends(Sends::later);
    const auto late = at_a.send(socket_a, {at_a.to("127.0.0.1", 99, "5"), at_a.to(group, 99, "6")}, second);
    const Completion done = at_a.await(late);
    BOOST_TEST(done.status == KITH_TIMED_OUT);
    BOOST_TEST(done.count == 1u);
    BOOST_TEST(done.text == "udp.send to 233.252.1.32:99: its time was over");
    a.interface().sends(Sends::everything);
    BOOST_TEST(at_b.received() == "");
}

BOOST_AUTO_TEST_CASE(every_datagram_of_a_send_is_attempted) {
    segment.longest(100);
    const std::string longer(101, 'x');
    const Completion done = at_a.await(at_a.send(socket_a, {at_a.to(group, 99, "1"), at_a.to("255.255.255.255", 99, "2"),
                                                            at_a.to(group, 99, longer), at_a.to(group, 99, "4")}));
    BOOST_TEST(done.status == KITH_DENIED);
    BOOST_TEST(done.count == 2u);
    BOOST_TEST(done.text == "udp.send to 255.255.255.255:99: a broadcast needs KITH_UDP_BROADCAST, or a firewall forbids it");
    BOOST_TEST(at_b.received() == "1 4");
    BOOST_TEST(at_a.send_text(socket_a, group, longer).status == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE(an_interface_that_goes_down_and_comes_back) {
    NetworkInterface &eth0 = a.interface();
    eth0.down();
    BOOST_TEST(at_a.send_text(socket_a, group, "x").status == KITH_UNREACHABLE);
    BOOST_TEST(at_a.send_text(socket_a, "10.0.0.2", "x").status == KITH_UNREACHABLE);
    BOOST_TEST(at_a.send_text(socket_a, "10.0.0.1", "x").status == KITH_UNREACHABLE);
    BOOST_TEST(at_a.send_text(socket_a, "127.0.0.1", "home").status == KITH_OK);
    BOOST_REQUIRE(at_a.told.size() == 1u);
    BOOST_TEST(at_a.told[0].status == KITH_UNREACHABLE);
    BOOST_TEST(at_a.told[0].text ==
               "udp.join 233.252.1.32 by the routes: the interface is down, or no route leads to the group");
    at_b.send_text(socket_b, group, "y");
    at_b.send_text(socket_b, "10.0.0.1", "z");
    BOOST_TEST(at_a.received() == "home");
    eth0.up();
    net.run_for(1ms);
    BOOST_REQUIRE(at_a.told.size() == 2u);
    BOOST_TEST(at_a.told[1].status == KITH_OK);
    BOOST_TEST(round() == "abc b ");
}

BOOST_AUTO_TEST_CASE(a_segment_goes_down_with_datagrams_in_flight) {
    at_a.send_text(socket_a, group, "x");
    b.interface().down();
    BOOST_TEST(at_b.received() == "");
    BOOST_TEST(at_c.received() == "x");
}

BOOST_AUTO_TEST_CASE(an_interface_is_removed_and_returns_with_another_address) {
    const auto by_name = at_a.open({.port = 51}, group, "eth0");
    at_a.open({.port = 52}, group, "10.0.0.1");
    const auto bound = at_a.open({.address = "10.0.0.1", .port = 53});
    net.run_for(1ms);
    BOOST_TEST(at_a.told.size() == 2u);
    at_a.told.clear();
    a.interface().remove();
    net.run_for(1ms);
    BOOST_REQUIRE(at_a.told.size() == 3u);
    BOOST_TEST(at_a.told[0].status == KITH_UNREACHABLE); // no route
    BOOST_TEST(at_a.told[1].status == KITH_NOT_FOUND);
    BOOST_TEST(at_a.told[1].interface == "eth0");
    BOOST_TEST(at_a.told[2].status == KITH_NOT_FOUND);
    BOOST_TEST(a.addresses().empty());
    at_a.told.clear();
    a.interface().come_back({"10.0.0.77"});
    net.run_for(1ms);
    BOOST_REQUIRE(at_a.told.size() == 2u); // not the one that asks for the old address
    BOOST_TEST(at_a.told[0].status == KITH_OK);
    BOOST_TEST(at_a.told[1].status == KITH_OK);
    at_a.send_text(by_name, group, "new");
    BOOST_TEST(at_b.received() == "new");
    BOOST_TEST(at_b.got.back().from == "10.0.0.77:51");
    BOOST_TEST(at_a.send_text(bound, group, "old").status == KITH_UNREACHABLE);
    at_b.send_text(socket_b, "10.0.0.77", "found");
    BOOST_TEST(at_a.received().ends_with("found"));
    BOOST_TEST((net.at(*Address::parse("10.0.0.1")) == nullptr));
}

BOOST_AUTO_TEST_CASE(a_group_on_an_interface_that_does_not_exist_yet) {
    at_a.join(socket_a, group, "eth1");
    net.run_for(1s);
    BOOST_REQUIRE(at_a.told.size() == 1u);
    BOOST_TEST(at_a.told[0].status == KITH_NOT_FOUND);
    NetworkSegment &other = net.segment("other");
    a.plug("eth1", other, {"192.168.0.1"});
    net.run_for(1ms);
    BOOST_REQUIRE(at_a.told.size() == 2u);
    BOOST_TEST(at_a.told[1].status == KITH_OK);
    other.inject("192.168.0.9", 5, group, 99, "hello");
    BOOST_TEST(at_a.received() == "hello");
}

BOOST_AUTO_TEST_CASE(the_routes_are_lost) {
    a.no_route(true);
    BOOST_TEST(at_a.send_text(socket_a, group, "x").status == KITH_UNREACHABLE);
    BOOST_TEST(at_a.send_text(socket_a, "172.16.0.1", "x").status == KITH_UNREACHABLE);
    BOOST_TEST(at_a.send_text(socket_a, "10.0.0.2", "x").status == KITH_OK);
    BOOST_TEST(at_a.told.back().status == KITH_UNREACHABLE);
    const auto named = at_a.open({.port = 51, .interface = "eth0"});
    BOOST_TEST(at_a.send_text(named, group, "x").status == KITH_OK);
    a.no_route(false);
    BOOST_TEST(round() == "abc b ");
    BOOST_TEST(at_a.told.back().status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(no_multicast_on_the_segment) {
    segment.multicast(false);
    BOOST_TEST(round() == "a b ");
}

BOOST_AUTO_TEST_CASE(the_system_allows_no_more_groups) {
    a.groups(2);
    at_a.join(socket_a, "239.0.0.1");
    at_a.join(socket_a, "239.0.0.2");
    net.run_for(1ms);
    BOOST_REQUIRE(at_a.told.size() == 2u);
    BOOST_TEST(at_a.told[0].status == KITH_OK);
    BOOST_TEST(at_a.told[1].status == KITH_LIMIT);
    a.groups(20);
    net.run_for(1ms);
    BOOST_TEST(at_a.told.back().status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_powered_off_machine_neither_sends_nor_receives) {
    b.vanish();
    BOOST_TEST(round() == "ac  ");
    at_b.send_text(socket_b, group, "from the dead");
    BOOST_TEST(at_a.received() == "");
    b.come_back(); // with nothing of what it had open
    BOOST_TEST(round() == "ac  ");
    at_b.open({.flags = 0}, group);
    BOOST_TEST(round() == "abc b ");
}

BOOST_AUTO_TEST_CASE(injected_and_observed_datagrams) {
    std::vector<std::string> seen;
    segment.tap([&](const Sighting &s) {
        seen.push_back(s.from.address.text() + '>' + s.to.address.text() + ' ' + std::string(s.bytes) +
                       (s.sender == nullptr ? " injected" : ""));
    });
    at_a.send_text(socket_a, group, "first");
    at_a.send_text(socket_a, "10.0.0.2", "second");
    segment.inject("10.0.0.3", 99, group, 99, std::string_view("\0spoofed", 8));
    segment.inject("8.8.8.8", 1, "10.0.0.1", 99, "one");
    segment.inject("8.8.8.8", 1, "255.255.255.255", 99, "all");
    at_c.received();
    BOOST_TEST(at_c.got.back().bytes == "all");
    BOOST_TEST(at_c.got[at_c.got.size() - 2].from == "10.0.0.3:99");
    BOOST_TEST(at_a.received(0ms) == std::string("first \0spoofed one all", 22));
    BOOST_TEST(seen.size() == 5u);
    BOOST_TEST(seen[0] == "10.0.0.1>233.252.1.32 first");
    BOOST_TEST(seen[3] == "8.8.8.8>10.0.0.1 one injected");
    BOOST_CHECK_THROW(segment.inject("nobody", 1, group, 99, ""), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(ticks_combine_arriving_datagrams) {
    net.tick(100ms);
    net.run_for(50ms);
    const auto before = at_c.calls;
    for (int i = 0; i < 50; ++i) at_a.send_text(socket_a, group, "x");
    for (int i = 0; i < 50; ++i) at_b.send_text(socket_b, group, "y");
    at_c.received(1s);
    BOOST_TEST(at_c.got.size() == 100u);
    BOOST_TEST(at_c.calls - before == 1u);
    BOOST_TEST((at_c.got.back().at % 100ms == 0ms));
    segment.loss(0.5); // those that are left are no array of the segment's; they are gathered
    for (int i = 0; i < 100; ++i) at_a.send_text(socket_a, group, "z");
    at_c.received(1s);
    BOOST_TEST(at_c.calls - before == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
