// SPDX-License-Identifier: MIT
//
// The rules that stand between an observation and a peer's class.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(the_peers_of_the_first_observation_are_members) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    KITH_CHECK_LINES(fixture.told(), "topology.started", "observation.ok", "peer.discovered a@h", "peer.discovered b@h");
    BOOST_CHECK_EQUAL(topology.size(), 2);
    BOOST_CHECK_EQUAL(topology.class_of("a@h"), PeerClass::wanted);
}

BOOST_AUTO_TEST_CASE(an_unchanged_observation_publishes_no_event) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    fixture.told();
    for (int i = 0; i < 5; ++i) {
        fixture.pass(5s);
        fixture.see(topology, {"b@h", "a@h"});
    }
    KITH_CHECK_LINES(fixture.told());
}

BOOST_AUTO_TEST_CASE(a_missing_peer_is_gone_after_grace_and_confirm) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    fixture.told();
    fixture.pass(10s);
    fixture.see(topology, {"a@h"}); // missing from here, at 10 s
    KITH_CHECK_LINES(fixture.told_why(), "observation.ok", "peer.missing b@h: strategy s did not find it; it is gone in 60 s");
    fixture.pass(25s);
    fixture.see(topology, {"a@h"});
    fixture.pass(25s);
    fixture.see(topology, {"a@h"}); // the third, but only 50 s
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    fixture.pass(9s);
    KITH_CHECK_LINES(fixture.told());
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told_why(), "peer.lost b@h: strategy s did not find it; missing for 60 s in 3 observations");
    BOOST_CHECK_EQUAL(topology.size(), 1);
}

BOOST_AUTO_TEST_CASE(grace_alone_does_not_remove_a_peer) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    fixture.see(topology, {"a@h"});
    fixture.pass(1h);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    fixture.see(topology, {"a@h"});
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    fixture.told();
    fixture.see(topology, {"a@h"});
    KITH_CHECK_LINES(fixture.told(), "peer.lost b@h");
}

BOOST_AUTO_TEST_CASE(a_peer_seen_again_gets_the_whole_grace) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    fixture.see(topology, {"a@h"});
    fixture.pass(59s);
    fixture.see(topology, {"a@h"});
    fixture.told();
    fixture.see(topology, {"a@h", "b@h"});
    KITH_CHECK_LINES(fixture.told_why(), "observation.ok", "peer.discovered b@h: seen again after 59 s");
    fixture.see(topology, {"a@h"});
    fixture.see(topology, {"a@h"});
    fixture.see(topology, {"a@h"});
    fixture.pass(59s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    fixture.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(failures_neither_count_nor_remove) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    fixture.see(topology, {"a@h"});
    fixture.see(topology, {"a@h"});
    fixture.see(topology, {"a@h"});
    fixture.told();
    topology.failed(SourceId{0}, KITH_UNRESOLVED, "no answer", fixture.now);
    fixture.pass(10h);
    for (int i = 0; i < 10; ++i) topology.failed(SourceId{0}, KITH_UNRESOLVED, "no answer", fixture.now);
    fixture.run();
    KITH_CHECK_LINES(fixture.told_why(), "observation.failed: no answer", "topology.stale: no answer");
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    topology.failed(SourceId{0}, KITH_TIMED_OUT, "no answer in 5 s", fixture.now);
    KITH_CHECK_LINES(fixture.told_why(), "observation.failed: no answer in 5 s");
    fixture.see(topology, {"a@h"});
    KITH_CHECK_LINES(fixture.told(), "observation.ok", "topology.fresh", "peer.lost b@h");
}

BOOST_AUTO_TEST_CASE(a_watch_in_sync_counts_as_observing) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    topology.watching(SourceId{0}, true, fixture.now);
    fixture.update(topology, {}, {"b@h"});
    fixture.pass(59s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    fixture.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(a_broken_watch_does_not_count) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    topology.watching(SourceId{0}, true, fixture.now);
    fixture.update(topology, {}, {"b@h"});
    fixture.pass(10s);
    topology.watching(SourceId{0}, false, fixture.now);
    fixture.pass(1h);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    topology.watching(SourceId{0}, true, fixture.now);
    fixture.pass(39s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    fixture.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(an_update_counts_as_an_observation_only_with_missing_keys) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a", "b", "c"});
    fixture.update(topology, {}, {"b"});
    fixture.pass(5min);
    for (int i = 0; i < 5; ++i) fixture.update(topology, {"a"});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    fixture.update(topology, {}, {"b"});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    fixture.update(topology, {}, {"b"});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(a_peer_reported_as_left_is_removed_without_grace) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {"a@h", "b@h"});
    fixture.told();
    fixture.update(topology, {}, {}, {"b@h", "never-seen"});
    KITH_CHECK_LINES(fixture.told_why(), "peer.lost b@h: strategy s reports that it is gone");
}

BOOST_AUTO_TEST_CASE(the_libcluster_policy_disconnects_at_once) {
    AttachedTopology fixture{libcluster_policy(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a@h", "b@h"});
    KITH_CHECK_LINES(fixture.calls(), "connect a@h", "connect b@h");
    fixture.see(topology, {});
    KITH_CHECK_LINES(fixture.calls(), "disconnect a@h", "disconnect b@h");
}

// ---- configuration ----

BOOST_AUTO_TEST_CASE(a_new_policy_is_evaluated_from_the_raw_observations) {
    ClusterFixture fixture;
    Policy policy = plain();
    auto &topology = fixture.topology(policy);
    fixture.automatic = true;
    fixture.attach();
    fixture.see(topology, {{"1", "a", {{"ip", "10.0.0.1"}}}, {"2", "b", {{"ip", "10.0.0.2"}}}});
    fixture.calls();
    policy.exclude = {"b"};
    topology.set_policy(policy, fixture.now);
    fixture.run();
    BOOST_CHECK_EQUAL(topology.size(), 1U);
    KITH_CHECK_LINES(fixture.calls()); // excluded, so left alone
    policy.exclude.clear();
    policy.name = "app@{ip}";
    topology.set_policy(policy, fixture.now);
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect app@10.0.0.1", "connect app@10.0.0.2");
    BOOST_CHECK_EQUAL(topology.size(), 2U);
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 4U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
