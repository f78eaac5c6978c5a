// SPDX-License-Identifier: MIT
//
// Removals of many at once are held.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(the_guard_holds_all_peers_after_an_empty_observation_of_any_size) {
    for (const int size : {1, 2, 3, 10, 1000}) {
        ClusterFixture fixture;
        Policy policy;
        policy.prune = Prune::disconnect;
        policy.max_removal = 1.0; // even then
        auto &topology = fixture.topology(policy);
        fixture.automatic = true;
        fixture.attach();
        fixture.see(topology, peers_named("p", size));
        fixture.calls();
        fixture.told();
        for (int i = 0; i < 20; ++i) { // 3 s to 60 s: missing, then held by the guard
            fixture.pass(3s);
            fixture.see(topology, {});
        }
        fixture.pass(3s);
        const Lines told = fixture.told();
        BOOST_CHECK_EQUAL(count(told, "peer.missing"), static_cast<std::size_t>(size));
        BOOST_CHECK_EQUAL(count(told, "peer.held"), static_cast<std::size_t>(size));
        BOOST_CHECK_EQUAL(count(told, "peer.lost"), 0U);
        BOOST_CHECK_EQUAL(topology.size(), static_cast<std::size_t>(size));
        fixture.pass(599s);
        BOOST_CHECK_EQUAL(topology.size(), static_cast<std::size_t>(size));
        KITH_CHECK_LINES(fixture.calls());
        fixture.pass(1s); // hold is over: believed
        BOOST_CHECK_EQUAL(topology.size(), 0U);
        BOOST_CHECK_EQUAL(fixture.calls().size(), static_cast<std::size_t>(size));
    }
}

BOOST_AUTO_TEST_CASE(the_guard_also_holds_peers_reported_as_left) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(guarded());
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.told();
    fixture.update(topology, {}, {}, {"a", "b"}); // half may go
    KITH_CHECK_LINES(fixture.told(), "peer.lost a", "peer.lost b");
    fixture.update(topology, {}, {}, {"c"}); // 3 of the 4 of the last 10 minutes
    KITH_CHECK_LINES(fixture.told_why(), "peer.held c: 3 of 4 peers would be gone, over policy.max_removal 0.5; held for 600 s "
                                         "(strategy s reports that it is gone)");
    fixture.pass(599s);
    KITH_CHECK_LINES(fixture.told());
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told_why(), "peer.lost c: strategy s reports that it is gone; the guard held it for 600 s");
}

// Leases of one partition end one after the other: it is no other partition for that.
BOOST_AUTO_TEST_CASE(missing_peers_count_as_removed_for_the_guard) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(guarded());
    fixture.see(topology, peers_named("p", 9));
    topology.watching(SourceId{0}, true, fixture.now);
    for (const char *name : {"p0", "p1", "p2", "p3", "p4"}) {
        fixture.update(topology, {}, {name}, {});
        fixture.pass(2s);
    }
    fixture.told();
    fixture.pass(65s);
    BOOST_CHECK_EQUAL(count(fixture.told(), "peer.lost p0"), 0U);
    BOOST_CHECK_EQUAL(topology.class_of("p0"), PeerClass::resting);
    BOOST_CHECK_EQUAL(topology.class_of("p4"), PeerClass::resting);
    fixture.update(topology, {"p0", "p1", "p2", "p3"});
    fixture.pass(61s); // the fifth is gone in earnest
    BOOST_CHECK_EQUAL(count(fixture.told(), "peer.lost p4"), 1U);
    BOOST_CHECK_EQUAL(topology.size(), 8U);
}

BOOST_AUTO_TEST_CASE(slow_removals_are_not_held) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(guarded());
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.update(topology, {}, {}, {"a", "b"});
    fixture.pass(601s); // the four are out of the window
    fixture.told();
    fixture.update(topology, {}, {}, {"c"});
    KITH_CHECK_LINES(fixture.told(), "peer.lost c");
}

BOOST_AUTO_TEST_CASE(a_policy_that_changes_no_name_keeps_the_window_of_the_guard) {
    ClusterFixture fixture;
    Policy policy = guarded();
    auto &topology = fixture.topology(policy);
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.update(topology, {}, {}, {"a", "b"});
    policy.min_peers = 1;
    topology.set_policy(policy, fixture.now);
    fixture.told();
    fixture.update(topology, {}, {}, {"c"});
    KITH_CHECK_LINES(fixture.told(), "peer.held c");
    policy.exclude = {"d"}; // which members there are has changed: what is left counts
    topology.set_policy(policy, fixture.now);
    fixture.update(topology, {"c", "e", "f"});
    fixture.told();
    fixture.update(topology, {}, {}, {"c"});
    KITH_CHECK_LINES(fixture.told(), "peer.lost c");
}

BOOST_AUTO_TEST_CASE(returning_peers_release_the_held_ones) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(guarded());
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.update(topology, {}, {}, {"a", "b", "c"});
    BOOST_CHECK_EQUAL(topology.size(), 4U);
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::resting);
    fixture.told();
    fixture.pass(10s);
    fixture.update(topology, {"a", "b"});
    KITH_CHECK_LINES(fixture.told_why(), "peer.discovered a: seen again after 10 s",
                     "peer.discovered b: seen again after 10 s");
    fixture.pass(59s);
    KITH_CHECK_LINES(fixture.told());
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told_why(), "peer.lost c: strategy s reports that it is gone");
}

BOOST_AUTO_TEST_CASE(peers_that_return_one_by_one_cause_no_disconnect) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(guarded());
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.update(topology, {}, {}, {"a", "b", "c"});
    fixture.told();
    for (const char *name : {"a", "b", "c"}) {
        fixture.pass(20s);
        fixture.update(topology, {name});
        BOOST_CHECK_EQUAL(fixture.told().size(), 1U);
        BOOST_CHECK_EQUAL(topology.class_of(name), PeerClass::wanted);
    }
    fixture.pass(1000s);
    KITH_CHECK_LINES(fixture.told());
}

BOOST_AUTO_TEST_CASE(the_guard_holds_again_after_it_had_released) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(guarded());
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.update(topology, {}, {}, {"a", "b", "c"});
    fixture.pass(10s);
    fixture.update(topology, {"a"}); // two of four: the guard lets go
    fixture.pass(10s);
    fixture.update(topology, {}, {}, {"a"}); // and is needed again
    fixture.told();
    fixture.pass(579s);
    KITH_CHECK_LINES(fixture.told());
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told(), "peer.lost b", "peer.lost c");
    fixture.pass(20s);
    KITH_CHECK_LINES(fixture.told(), "peer.lost a");
}

BOOST_AUTO_TEST_CASE(each_removal_is_held_for_the_whole_hold_time) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(guarded());
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.update(topology, {}, {}, {"a", "b", "c"});
    fixture.pass(599s);
    fixture.told();
    fixture.update(topology, {}, {}, {"d"});
    KITH_CHECK_LINES(fixture.told(), "peer.held d");
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told(), "peer.lost a", "peer.lost b", "peer.lost c");
    fixture.pass(598s);
    KITH_CHECK_LINES(fixture.told());
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told(), "peer.lost d");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
