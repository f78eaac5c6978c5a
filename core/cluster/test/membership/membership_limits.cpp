// SPDX-License-Identifier: MIT
//
// Limits refuse, they do not cut.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(too_many_peers_are_refused_not_truncated) {
    ClusterFixture fixture;
    Policy policy = plain();
    policy.max_peers = 3;
    auto &topology = fixture.topology(policy);
    fixture.see(topology, {"a", "b", "c"});
    fixture.told();
    const Status status = fixture.see(topology, {"a", "b", "d", "e"});
    BOOST_CHECK_EQUAL(status.status, KITH_LIMIT);
    KITH_CHECK_LINES(fixture.told(), "observation.failed", "topology.stale");
    BOOST_CHECK_EQUAL(topology.size(), 3U);
    BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::wanted);
    BOOST_CHECK(fixture.see(topology, {"d", "e", "f"}));
}

BOOST_AUTO_TEST_CASE(a_repeated_key_is_refused) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a"});
    BOOST_CHECK_EQUAL(fixture.see(topology, {"b", "b"}).status, KITH_INVALID);
    BOOST_CHECK_EQUAL(fixture.see(topology, {"a", "b", "a"}).status, KITH_INVALID);
    BOOST_CHECK_EQUAL(fixture.see(topology, {{"", "x"}}).status, KITH_INVALID);
    BOOST_CHECK_EQUAL(topology.size(), 1U);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(unlinked_peers_are_evicted_for_new_ones) {
    Policy policy = plain();
    policy.max_peers = 10;
    AttachedTopology fixture{policy};
    auto &topology = fixture.topology;
    for (int i = 0; i < 5; ++i) {
        const std::string name = "real" + std::to_string(i);
        fixture.update(topology, {{name, name, {}, 15s}});
        fixture.up(name);
    }
    for (int i = 0; i < 1000; ++i) {
        const std::string name = "bogus" + std::to_string(i);
        BOOST_REQUIRE(fixture.update(topology, {{name, name, {}, 15s}}));
    }
    BOOST_CHECK_EQUAL(topology.size(), 10U);
    for (int i = 0; i < 5; ++i) BOOST_CHECK_EQUAL(topology.class_of("real" + std::to_string(i)), PeerClass::wanted);
    fixture.update(topology, {{"late", "late", {}, 15s}});
    BOOST_CHECK_EQUAL(topology.class_of("late"), PeerClass::wanted);
    BOOST_CHECK_LE(fixture.reconciler.known_names(), 60U); // what is under way is remembered until it ends
}

BOOST_AUTO_TEST_CASE(missing_peers_are_limited_and_linked_ones_stay) {
    ClusterFixture fixture;
    Policy policy = plain();
    policy.max_peers = 10;
    auto &topology = fixture.topology(policy);
    fixture.attach({"real"});
    fixture.see(topology, {"real"});
    for (int i = 0; i < 100; ++i) fixture.see(topology, peers_named("round" + std::to_string(i) + "-", 10));
    BOOST_CHECK_EQUAL(topology.class_of("real"), PeerClass::held);
    BOOST_CHECK_LE(topology.size(), 10U + 16U + 1U); // those there are, those under way, and the linked one
}

BOOST_AUTO_TEST_CASE(unused_names_are_forgotten) {
    AttachedTopology fixture{plain(), automatic_operations};
    auto &topology = fixture.topology;
    for (int round = 0; round < 50; ++round) {
        fixture.update(topology, peers_named("r" + std::to_string(round) + "-", 100));
        std::vector<std::string> keys;
        for (int i = 0; i < 100; ++i) keys.push_back("r" + std::to_string(round) + "-" + std::to_string(i));
        fixture.update(topology, {}, {}, {keys.begin(), keys.end()});
    }
    BOOST_CHECK_EQUAL(fixture.reconciler.known_names(), 0U);
    BOOST_CHECK_LE(fixture.reconciler.names().bound(), 200U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
