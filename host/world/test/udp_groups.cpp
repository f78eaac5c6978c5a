// SPDX-License-Identifier: MIT
//
// Groups of kith.udp/1 over loopback, in both worlds.
#include "udp_fixture.hpp"

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(udp_groups)

template <class Fixture>
struct Listeners : UdpFixture<Fixture> {
    // Two sockets on one port, and one elsewhere that sends to groups by loopback.
    Completion first = this->bound(this->a, options("0.0.0.0", 0, KITH_UDP_SHARED));
    Completion second = this->bound(this->b, options("0.0.0.0", first.port, KITH_UDP_SHARED));
    Completion sender = this->bound(this->a, by_loopback());

    static kith_udp_socket by_loopback(std::uint32_t flags = 0) {
        auto out = options("0.0.0.0", 0, flags);
        out.interface = str(loopback);
        return out;
    }
    void send(std::string_view data, std::string_view where = group) {
        const Completion done = this->sent(this->a, sender.id, {to(where, first.port, data)});
        BOOST_TEST(done.status == KITH_OK, done.text);
    }
    void join(TestTenant &tenant, const Completion &socket, std::string_view which = group) {
        BOOST_TEST(tenant.join(socket.id, which, loopback) == KITH_OK);
        const Told told = this->membership(tenant);
        BOOST_TEST(told.status == KITH_OK, told.text);
        BOOST_TEST(told.socket == socket.id);
        BOOST_TEST(told.group == which);
        BOOST_TEST(told.interface == loopback);
    }
};

BOOST_AUTO_TEST_CASE_TEMPLATE(every_member_on_the_port_receives_the_group, Fixture, Fixtures) {
    Listeners<Fixture> net;
    net.join(net.a, net.first);
    net.join(net.b, net.second);
    net.send("to all");
    BOOST_TEST(net.received(net.a, net.first.id, 1)[0] == "to all");
    BOOST_TEST(net.received(net.b, net.second.id, 1)[0] == "to all");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_socket_that_did_not_join_receives_nothing, Fixture, Fixtures) {
    Listeners<Fixture> net;
    net.join(net.a, net.first);
    net.join(net.b, net.second, "233.252.1.33");
    net.send("to members");
    BOOST_TEST(net.received(net.a, net.first.id, 1)[0] == "to members");
    BOOST_TEST(net.nothing_comes(net.b, net.second.id));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_unicast_datagram_reaches_one_of_several_sockets, Fixture, Fixtures) {
    Listeners<Fixture> net;
    net.send("for one", loopback);
    net.settle();
    const bool first = !net.nothing_comes(net.a, net.first.id);
    const bool second = !net.nothing_comes(net.b, net.second.id);
    BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(after_leave_nothing_is_received, Fixture, Fixtures) {
    Listeners<Fixture> net;
    net.join(net.a, net.first);
    BOOST_TEST(net.a.leave_group(net.first.id, group, loopback) == KITH_OK);
    BOOST_TEST(net.a.leave_group(net.first.id, group, loopback) == KITH_NOT_FOUND);
    net.send("gone");
    BOOST_TEST(net.nothing_comes(net.a, net.first.id));
    net.join(net.a, net.first);
    net.send("back");
    BOOST_TEST(net.received(net.a, net.first.id, 1)[0] == "back");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_membership_left_at_once_is_not_reported, Fixture, Fixtures) {
    Listeners<Fixture> net;
    net.a.join(net.first.id, group, loopback);
    net.a.leave_group(net.first.id, group, loopback);
    net.b.join(net.second.id, group, loopback);
    net.b.close_socket(net.second.id);
    net.settle();
    BOOST_TEST(net.a.told.empty());
    BOOST_TEST(net.b.told.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_groups_are_refused, Fixture, Fixtures) {
    Listeners<Fixture> net;
    net.join(net.a, net.first);
    BOOST_TEST(net.a.join(net.first.id, group, loopback) == KITH_EXISTS);
    for (const std::string_view wrong : {"", "no address", "10.0.0.7", "240.0.0.1", "ff02::77", "233.252.1"})
        BOOST_TEST(net.a.join(net.first.id, wrong, loopback) == KITH_INVALID, wrong);
    BOOST_TEST(net.a.leave_group(net.first.id, "233.252.1.99", loopback) == KITH_NOT_FOUND);
    BOOST_TEST(net.a.leave_group(net.first.id, "no address", loopback) == KITH_NOT_FOUND);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_socket_has_at_most_64_memberships, Fixture, Fixtures) {
    Listeners<Fixture> net;
    for (std::uint32_t i = 0; i < KITH_UDP_MAX_GROUPS; ++i)
        BOOST_TEST(net.a.join(net.first.id, "233.252.2." + std::to_string(i), "none0") == KITH_OK);
    BOOST_TEST(net.a.join(net.first.id, group, "none0") == KITH_LIMIT);
    BOOST_TEST(net.a.leave_group(net.first.id, "233.252.2.7", "none0") == KITH_OK);
    BOOST_TEST(net.a.join(net.first.id, group, "none0") == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_group_on_a_missing_interface_reports_unreachable, Fixture, Fixtures) {
    Listeners<Fixture> net;
    for (const std::string_view nowhere : {"none0", "192.0.2.77"}) {
        BOOST_TEST(net.a.join(net.first.id, group, nowhere) == KITH_OK);
        const Told told = net.membership(net.a);
        BOOST_TEST(told.status == KITH_NOT_FOUND);
        BOOST_TEST(told.interface == nowhere);
        BOOST_TEST(told.text.find(nowhere) != std::string::npos, told.text);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_group_send_by_a_missing_interface_fails, Fixture, Fixtures) {
    UdpFixture<Fixture> net;
    auto by_none = options("0.0.0.0");
    by_none.interface = str("none0");
    const auto a = net.bound(net.a, by_none), b = net.bound(net.b);
    const Completion done = net.sent(net.a, a.id, {to(group, b.port, "x"), to(loopback, b.port, "to one")});
    BOOST_TEST(done.status == KITH_UNREACHABLE);
    BOOST_TEST(done.count == 1u);
    BOOST_TEST(done.text.find(group) != std::string::npos, done.text);
    BOOST_TEST(net.received(net.b, b.id, 1)[0] == "to one");
}

BOOST_AUTO_TEST_SUITE_END()
