// SPDX-License-Identifier: MIT
//
// Interfaces that come, go and change, in a network namespace of the test's own: kith.udp/1 in the real world.
#include "udp_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <sched.h>

using namespace kith::test;

namespace {

int ip(const std::string &arguments) { return std::system(("ip " + arguments + " 2>/dev/null").c_str()); }

// Afterwards all that is done here is done to a network that nobody else sees. As nobody, it takes a user namespace too.
bool enter_namespace() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    return ip("link set lo up") == 0 && ip("link add k0 type veth peer name k1") == 0 && ip("link delete k0") == 0;
}

boost::test_tools::assertion_result allowed(boost::unit_test::test_unit_id) {
    static const bool entered = enter_namespace();
    boost::test_tools::assertion_result result(entered);
    result.message() << "no network namespace of its own is allowed here, or `ip` (Debian package iproute2) is not found";
    return result;
}

// k0 is one end of a cable and k1 is the other.
struct Cable : UdpFixture<RealWorld> {
    ~Cable() {
        for (const char *end : {"k0", "q0"}) ip(std::string("link delete ") + end);
    }
    void plug_in(const std::string &address, const std::string &more = "") {
        BOOST_REQUIRE(ip("link add k0 " + more + " type veth peer name k1") == 0);
        BOOST_REQUIRE(ip("address add " + address + "/24 dev k0") == 0);
        BOOST_REQUIRE(ip("link set k0 up") == 0);
        BOOST_REQUIRE(ip("link set k1 up") == 0);
        shows("link show k0", "state UP"); // the kernel comes to it when it finds the time
    }
    void shows(const std::string &arguments, const std::string &what) {
        BOOST_TEST(this->until([&] {
            settle();
            return std::system(("ip " + arguments + " | grep -q '" + what + "'").c_str()) == 0;
        }));
    }
    static kith_udp_socket by(std::string_view interface, std::uint32_t flags = 0) {
        auto out = options("0.0.0.0", 0, flags);
        out.interface = str(interface);
        return out;
    }
    void expect(std::int32_t status) {
        BOOST_TEST(this->until([&] { return !a.told.empty() && a.told.back().status == status; }));
        if (!a.told.empty()) BOOST_TEST(a.told.back().status == status, a.told.back().text);
    }
    void hears(const Completion &member, const Completion &sender, std::string_view what, std::string_view where = group) {
        const Completion done = sent(b, sender.id, {to(where, member.port, what)});
        BOOST_TEST(done.status == KITH_OK, done.text);
        const auto receive = await(a, a.receive(member.id, 256, 1000 * ms));
        BOOST_REQUIRE_MESSAGE(receive.status == KITH_OK, what << ": " << receive.text);
        BOOST_TEST(receive.datagrams.back().data == what);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(interfaces, *boost::unit_test::precondition(allowed))

BOOST_AUTO_TEST_CASE(an_interface_appears_disappears_and_returns_with_another_address) {
    Cable net;
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, Cable::by("k0"));
    BOOST_TEST(net.a.join(member.id, group, "k0") == KITH_OK);
    net.expect(KITH_NOT_FOUND);
    BOOST_TEST(net.sent(net.b, sender.id, {to(group, member.port, "x")}).status == KITH_UNREACHABLE);
    net.plug_in("10.7.0.1");
    net.expect(KITH_OK);
    net.hears(member, sender, "here");
    BOOST_TEST(ip("link delete k0") == 0);
    net.expect(KITH_NOT_FOUND);
    BOOST_TEST(net.sent(net.b, sender.id, {to(group, member.port, "x")}).status == KITH_UNREACHABLE);
    net.plug_in("10.8.0.1");
    net.expect(KITH_OK);
    net.hears(member, sender, "back");
}

BOOST_AUTO_TEST_CASE(an_interface_goes_down_or_loses_its_carrier) {
    Cable net;
    net.plug_in("10.7.0.1");
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, Cable::by("10.7.0.1"));
    net.a.join(member.id, group, "10.7.0.1");
    net.expect(KITH_OK);
    for (const char *end : {"k0", "k1"}) {
        BOOST_TEST(ip(std::string("link set down dev ") + end) == 0);
        net.expect(KITH_UNREACHABLE);
        BOOST_TEST(net.sent(net.b, sender.id, {to(group, member.port, "x")}).status == KITH_UNREACHABLE);
        BOOST_TEST(ip(std::string("link set up dev ") + end) == 0);
        net.expect(KITH_OK);
        net.hears(member, sender, end);
    }
}

BOOST_AUTO_TEST_CASE(groups_follow_an_address_to_another_interface) {
    Cable net;
    net.plug_in("10.7.0.1");
    BOOST_TEST(ip("link add q0 type veth peer name q1") == 0);
    BOOST_TEST((ip("link set q0 up") == 0 && ip("link set q1 up") == 0));
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, Cable::by("10.7.0.1"));
    net.a.join(member.id, group, "10.7.0.1");
    net.expect(KITH_OK);
    BOOST_TEST(ip("address delete 10.7.0.1/24 dev k0") == 0);
    net.expect(KITH_NOT_FOUND);
    BOOST_TEST(ip("address add 10.7.0.1/24 dev q0") == 0);
    net.expect(KITH_OK);
    net.hears(member, sender, "moved");
}

// The kernel's list of memberships goes by the number.
BOOST_AUTO_TEST_CASE(an_interface_is_replaced_by_one_with_the_same_name_and_index) {
    Cable net;
    net.plug_in("10.7.0.1", "index 77");
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, Cable::by("k0"));
    net.a.join(member.id, group, "k0");
    net.expect(KITH_OK);
    BOOST_TEST(ip("link delete k0") == 0);
    net.plug_in("10.7.0.1", "index 77");
    BOOST_TEST(net.until([&] { return net.a.told.size() > 1 && net.a.told.back().status == KITH_OK; }));
    net.hears(member, sender, "another");
}

BOOST_AUTO_TEST_CASE(without_an_interface_groups_follow_the_routes) {
    Cable net;
    net.plug_in("10.7.0.1");
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, "0.0.0.0");
    net.a.join(member.id, group, "");
    net.expect(KITH_UNREACHABLE);
    BOOST_TEST(net.a.told.back().interface.empty());
    BOOST_TEST(net.sent(net.b, sender.id, {to(group, member.port, "x")}).status == KITH_UNREACHABLE);
    BOOST_TEST(ip("route add 224.0.0.0/4 dev k0") == 0);
    net.expect(KITH_OK);
    net.hears(member, sender, "by the route");
    BOOST_TEST(ip("route delete 224.0.0.0/4") == 0);
    net.expect(KITH_UNREACHABLE);
    BOOST_TEST(net.sent(net.b, sender.id, {to("10.99.0.1", 1, "x")}).status == KITH_UNREACHABLE);
}

BOOST_AUTO_TEST_CASE(one_interface_by_two_names_is_joined_until_both_are_left) {
    Cable net;
    net.plug_in("10.7.0.1");
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, Cable::by("k0"));
    net.a.join(member.id, group, "k0");
    net.a.join(member.id, group, "10.7.0.1");
    BOOST_TEST(net.until([&] { return net.a.told.size() == 2; }));
    for (const Told &told : net.a.told) BOOST_TEST(told.status == KITH_OK, told.text);
    net.a.leave_group(member.id, group, "k0");
    net.hears(member, sender, "still");
    net.a.leave_group(member.id, group, "10.7.0.1");
    net.sent(net.b, sender.id, {to(group, member.port, "unheard")});
    BOOST_TEST(net.nothing_comes(net.a, member.id));
}

BOOST_AUTO_TEST_CASE(too_many_groups_report_the_limit_of_the_system) {
    Cable net;
    net.plug_in("10.7.0.1");
    std::ofstream("/proc/sys/net/ipv4/igmp_max_memberships") << 2;
    const auto member = net.bound(net.a, "0.0.0.0");
    for (const char *one : {"233.252.1.1", "233.252.1.2", "233.252.1.3"}) net.a.join(member.id, one, "k0");
    net.expect(KITH_LIMIT);
    BOOST_TEST(net.a.told.back().text.find("igmp_max_memberships") != std::string::npos);
    std::ofstream("/proc/sys/net/ipv4/igmp_max_memberships") << 20;
}

BOOST_AUTO_TEST_CASE(no_loop_prevents_reception_on_the_same_machine) {
    Cable net;
    net.plug_in("10.7.0.1");
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, Cable::by("k0"));
    const auto quiet = net.bound(net.b, Cable::by("k0", KITH_UDP_NO_LOOP | KITH_UDP_BROADCAST));
    net.a.join(member.id, group, "k0");
    net.expect(KITH_OK);
    net.sent(net.b, quiet.id, {to(group, member.port, "unheard")});
    net.hears(member, sender, "heard");
    net.hears(member, quiet, "a broadcast", "255.255.255.255");
}

BOOST_AUTO_TEST_CASE(a_broadcast_reaches_every_socket_on_the_port) {
    Cable net;
    net.plug_in("10.7.0.1");
    const auto one = net.bound(net.a, options("0.0.0.0", 0, KITH_UDP_SHARED));
    const auto two = net.bound(net.b, options("0.0.0.0", one.port, KITH_UDP_SHARED));
    const auto sender = net.bound(net.b, Cable::by("k0", KITH_UDP_BROADCAST)), meek = net.bound(net.b, Cable::by("k0"));
    for (const char *where : {"10.7.0.255", "255.255.255.255"}) {
        BOOST_TEST(net.sent(net.b, meek.id, {to(where, one.port, "x")}).status == KITH_DENIED);
        net.hears(one, sender, where, where);
        BOOST_TEST(net.received(net.b, two.id, 1)[0] == where);
    }
}

BOOST_AUTO_TEST_CASE(limited_broadcasts_and_groups_are_sent_by_the_named_interface) {
    Cable net;
    net.plug_in("10.7.0.1");
    BOOST_TEST(ip("link add q0 type veth peer name q1") == 0);
    BOOST_TEST((ip("address add 10.9.0.1/24 dev q0") == 0 && ip("link set q0 up") == 0 && ip("link set q1 up") == 0));
    BOOST_TEST(ip("route add default dev k0") == 0);
    const auto member = net.bound(net.a, "0.0.0.0"), sender = net.bound(net.b, Cable::by("q0", KITH_UDP_BROADCAST));
    net.a.join(member.id, group, "q0");
    net.expect(KITH_OK);
    for (const std::string_view where : {group, std::string_view("255.255.255.255")}) {
        net.sent(net.b, sender.id, {to(where, member.port, where)});
        const auto got = net.await(net.a, net.a.receive(member.id, 1, 1000 * ms));
        BOOST_REQUIRE_MESSAGE(got.status == KITH_OK, where);
        BOOST_TEST(kith::address(got.datagrams[0].remote).host() == "10.9.0.1");
    }
}

// Whoever has no neighbour yet keeps what is sent to it, and the send buffer full.
BOOST_AUTO_TEST_CASE(a_send_waits_while_the_send_buffer_is_full) {
    Cable net;
    net.plug_in("10.7.0.1");
    std::ofstream("/proc/sys/net/ipv4/neigh/k0/unres_qlen_bytes") << 100'000'000;
    const auto sender = net.bound(net.a, "0.0.0.0");
    const std::string bytes(1400, 'x');
    const std::vector<kith_datagram> many(256, to("10.7.0.99", 9, bytes));

    const Completion late = net.await(net.a, net.a.send(sender.id, many, 50 * ms));
    BOOST_TEST(late.status == KITH_TIMED_OUT, late.text);
    BOOST_TEST(late.count != 0u);
    BOOST_TEST(late.count < many.size());

    const auto waiting = net.a.send(sender.id, many);
    BOOST_TEST(net.refused(net.a, net.a.send(sender.id, many), KITH_BUSY));
    net.settle();
    BOOST_TEST(net.a.of(waiting) == nullptr);
    net.a.cancel(waiting);
    const Completion cancelled = net.await(net.a, waiting);
    BOOST_TEST(cancelled.status == KITH_CANCELLED);
    BOOST_TEST(cancelled.count < many.size());

    const auto patient = net.a.send(sender.id, many);
    net.settle();
    BOOST_TEST(net.a.of(patient) == nullptr);
    BOOST_TEST(ip("neighbour replace 10.7.0.99 lladdr 02:00:00:00:00:99 dev k0") == 0);
    const Completion done = net.await(net.a, patient);
    BOOST_TEST(done.status == KITH_OK, done.text);
    BOOST_TEST(done.count == many.size());
}

BOOST_AUTO_TEST_CASE(groups_and_link_local_addresses_of_ipv6) {
    Cable net;
    net.plug_in("10.7.0.1");
    if (ip("-6 address add fe80::7/64 dev k0 nodad") != 0) {
        BOOST_TEST_MESSAGE("skipped: this machine has no IPv6");
        return;
    }
    net.shows("-6 route show table local", "fe80::7");
    auto by_k0 = options("::");
    by_k0.interface = str("k0");
    const auto member = net.bound(net.a, "::"), sender = net.bound(net.b, by_k0);
    net.a.join(member.id, "ff02::77", "k0");
    net.expect(KITH_OK);
    net.hears(member, sender, "group", "ff02::77");
    by_k0.address = str("fe80::7");
    const auto local = net.bound(net.b, by_k0);
    net.sent(net.b, local.id, {to("ff02::77", member.port, "from there")});
    const auto got = net.await(net.a, net.a.receive(member.id, 1, 1000 * ms));
    BOOST_REQUIRE_MESSAGE(got.status == KITH_OK, got.text);
    const kith::address from(got.datagrams[0].remote);
    BOOST_TEST(from.host() == "fe80::7");
    BOOST_TEST(got.datagrams[0].data == "from there");
    BOOST_TEST(from.raw().scope != 0u);
    BOOST_TEST(net.sent(net.a, member.id, {{.data = "answer", .size = 6, .flags = 0, .remote = from.raw()}}).count == 1u);
    BOOST_TEST(net.received(net.b, local.id, 1)[0] == "answer");
}

BOOST_AUTO_TEST_SUITE_END()
