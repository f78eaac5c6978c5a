// SPDX-License-Identifier: MIT
//
// kith.udp/1 of simulated machines: sockets, groups, broadcasts. What goes wrong on the way is in udp_faults.cpp.
#include "udp_tenant.hpp"

#include <kith/testkit/segment.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view group = "233.252.1.32";
constexpr std::string_view group6 = "ff02::4b49";

struct Fixture {
    SimNet net{7};
    Machine &a = net.machine("a", {"10.0.0.1", "fd00::1"});
    Machine &b = net.machine("b", {"10.0.0.2", "fd00::2"});
    Machine &c = net.machine("c", {"10.0.0.3", "fd00::3"});
    UdpTenant at_a{a}, at_b{b}, at_c{c};

    ~Fixture() { BOOST_TEST(!(at_a.inside_call || at_b.inside_call || at_c.inside_call)); }
    std::uint64_t refused(std::int32_t status, std::uint64_t op) {
        BOOST_TEST(op == 0u);
        BOOST_TEST(at_a.last_status == status);
        BOOST_TEST(!at_a.error.empty());
        at_a.error.clear();
        return op;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(udp, Fixture)

BOOST_AUTO_TEST_CASE(one_to_one) {
    const auto from = at_a.open({.port = 50});
    at_b.open({});
    const Done sent = at_a.say(from, "10.0.0.2", "hello");
    BOOST_TEST(sent.status == KITH_OK, sent.text);
    BOOST_TEST(sent.count == 1u);
    BOOST_TEST(at_b.heard() == "hello");
    BOOST_TEST(at_b.got[0].from == "10.0.0.1:50");
    BOOST_TEST(at_c.got.empty());
    BOOST_TEST(at_a.got.empty());
}

BOOST_AUTO_TEST_CASE(a_group_is_heard_by_all_who_have_joined_and_by_the_sender) {
    const auto from = at_a.open({}, group);
    at_b.open({}, group);
    at_c.open({}); // has not joined
    at_a.say(from, group, "hello");
    BOOST_TEST(at_a.heard() == "hello");
    BOOST_TEST(at_b.heard() == "hello");
    BOOST_TEST(at_c.heard() == "");
    BOOST_REQUIRE(at_b.told.size() == 1u);
    BOOST_TEST(at_b.told[0].status == KITH_OK);
    BOOST_TEST(at_b.told[0].group == group);
    BOOST_TEST(at_a.got[0].from == "10.0.0.1:99");
}

BOOST_AUTO_TEST_SUITE_END()
