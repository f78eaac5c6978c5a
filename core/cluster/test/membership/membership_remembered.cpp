// SPDX-License-Identifier: MIT
//
// What was known before a restart is held until the source has looked, and parts nobody.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership_remembered)

namespace {

const char *const remembered = ": remembered from before kith started, and strategy s has not reported since; last known 90 s "
                               "ago; held until it has reported";
const char *const forgotten =
    ": it was remembered from before kith started, and strategy s does not have it; a link to it is kept";

void remember(ClusterFixture &fixture, LiveTopology &topology, const std::vector<PeerSpec> &peers, std::uint32_t source = 0) {
    topology.remember(SourceId{source}, Views{peers}, ns(90s), fixture.now);
    fixture.run();
}

std::vector<std::string> worth_remembering(const LiveTopology &topology, std::uint32_t source = 0) {
    std::vector<std::string> names;
    topology.each_known(SourceId{source}, [&](const PeerView &peer) { names.emplace_back(peer.key); });
    return names;
}

} // namespace

BOOST_AUTO_TEST_CASE(remembered_peers_are_connected_to_and_the_topology_is_stale) {
    ClusterFixture fixture;
    auto &topology = fixture.topology();
    fixture.automatic = true;
    fixture.told();
    remember(fixture, topology, {{"k1", "a", {{"ip", "10.0.0.1"}}}, {"k2", "b"}});
    const std::string why = remembered;
    KITH_CHECK_LINES(
        fixture.told_why(),
        "topology.stale: s has not reported yet; its peers are remembered from before kith started, last known 90 s ago",
        "peer.discovered a" + why, "peer.discovered b" + why);
    BOOST_CHECK(topology.stale());
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::held);
    BOOST_CHECK_EQUAL(topology.size(), 2U);
    fixture.attach();
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a", "connect b");
    BOOST_CHECK_EQUAL(fixture.connector.attributes["a"]["ip"], "10.0.0.1");
    BOOST_CHECK_EQUAL(topology.linked(), 2U);
    BOOST_CHECK(!topology.ready()); // nobody has looked
    fixture.pass(10s);
    BOOST_TEST(topology.why("a", fixture.now).starts_with("remembered of s (key k1, last known 100 s ago); held since 10 s"),
               topology.why("a", fixture.now));
}

BOOST_AUTO_TEST_CASE(remembered_peers_are_held_and_retried_while_the_source_fails) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.connector.refuse = KITH_REFUSED;
    remember(fixture, topology, {"a"});
    for (int i = 0; i < 1000; ++i) {
        topology.failed(SourceId{0}, KITH_TIMED_OUT, "no answer", fixture.now);
        fixture.pass(60s);
    }
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::held);
    BOOST_CHECK_GT(fixture.calls().size(), 500U);
    BOOST_CHECK_EQUAL(count(fixture.told(), "topology.stale"), 1U);
}

BOOST_AUTO_TEST_CASE(the_first_observation_replaces_remembered_peers_without_disconnects) {
    for (const bool guard : {false, true}) {
        ClusterFixture fixture;
        Policy policy = libcluster_policy(); // the most eager to part
        policy.guard = guard;
        auto &topology = fixture.topology(policy);
        fixture.automatic = true;
        remember(fixture, topology, {"a", "b", "c", "d"});
        fixture.attach({"c"}); // one link has survived the restart
        fixture.run();
        fixture.calls();
        fixture.told();
        fixture.see(topology, {"a", "e"});
        const std::string why = forgotten;
        KITH_CHECK_LINES(fixture.told_why(), "observation.ok", "topology.fresh",
                         "peer.discovered a: seen again; it was remembered from before kith started", "peer.discovered e",
                         "peer.lost b" + why, "peer.lost c" + why, "peer.lost d" + why, "topology.ready", "connect.started e",
                         "link.up e", "connect.succeeded e");
        KITH_CHECK_LINES(fixture.calls(), "connect e");
        BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::none);
        BOOST_CHECK_EQUAL(topology.size(), 2U);
        BOOST_CHECK_EQUAL(topology.linked(), 2U);
        fixture.pass(3600s);
        KITH_CHECK_LINES(fixture.calls());
        BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 5U);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_first_observation_causes_no_disconnect) {
    AttachedTopology fixture{libcluster_policy(), automatic_operations};
    auto &topology = fixture.topology;
    remember(fixture, topology, {"a", "b"});
    fixture.calls();
    fixture.see(topology, {});
    fixture.pass(3600s);
    KITH_CHECK_LINES(fixture.calls());
    BOOST_CHECK_EQUAL(topology.size(), 0U);
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 2U);
}

// Whoever was seen by the source is a peer like any other from then on.
BOOST_AUTO_TEST_CASE(a_remembered_peer_that_was_seen_again_can_be_removed) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    remember(fixture, topology, {"a", "b"});
    fixture.see(topology, {"a", "b"});
    fixture.calls();
    fixture.see(topology, {"b"});
    KITH_CHECK_LINES(fixture.calls(), "disconnect a");
}

BOOST_AUTO_TEST_CASE(the_guard_ignores_remembered_peers) {
    ClusterFixture fixture;
    Policy policy;
    policy.prune = Prune::disconnect;
    policy.confirm = 1;
    policy.grace = ms(0ms);
    auto &topology = fixture.topology(policy, "t", {"s", "other"});
    remember(fixture, topology, peers_named("old", 100), 1);
    fixture.see(topology, {"a", "b", "c", "d"});
    fixture.told();
    fixture.see(topology, {"a"}); // three of four, not of 104
    BOOST_CHECK_EQUAL(count(fixture.told(), "peer.held"), 3U);
    BOOST_CHECK_EQUAL(topology.size(), 104U);
    fixture.see(topology, {}, 1); // a hundred that were only remembered are no removal either
    BOOST_CHECK_EQUAL(count(fixture.told(), "peer.lost old"), 100U);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::resting);
    fixture.see(topology, {"a", "b", "c"});
    fixture.pass(60s);
    BOOST_CHECK_EQUAL(count(fixture.told(), "peer.lost d"), 1U); // one of four may go
}

BOOST_AUTO_TEST_CASE(peers_of_another_source_are_not_affected) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick(), "t", {"s", "other"});
    fixture.automatic = true;
    fixture.attach();
    fixture.see(topology, {"a", "b"});
    remember(fixture, topology, {"b", "c"}, 1);
    fixture.calls();
    fixture.told();
    fixture.see(topology, {"a"}); // `other` remembers b, and has not looked
    KITH_CHECK_LINES(
        fixture.told_why(), "observation.ok",
        "peer.held b: remembered from before kith started, and strategy other has not reported since; its link is kept");
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    fixture.see(topology, {"a", "c"}, 1);
    KITH_CHECK_LINES(fixture.calls());
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 3U);
}

BOOST_AUTO_TEST_CASE(a_source_that_updates_is_complete_when_it_is_in_sync) {
    AttachedTopology fixture{plain(), automatic_operations};
    auto &topology = fixture.topology;
    remember(fixture, topology, {"a", "b", "c"});
    fixture.calls();
    fixture.update(topology, {"a"}, {}, {"c"}); // c has left: a fact, and still no ground to part it
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::none);
    BOOST_CHECK(topology.stale());
    fixture.pass(8s);
    topology.watching(SourceId{0}, true, fixture.now);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    BOOST_CHECK(!topology.stale());
    fixture.pass(3600s);
    KITH_CHECK_LINES(fixture.calls());
}

BOOST_AUTO_TEST_CASE(a_source_that_is_never_in_sync_is_complete_after_grace) {
    ClusterFixture fixture;
    auto &topology = fixture.topology();
    remember(fixture, topology, {"a", "b", "c"});
    fixture.update(topology, {"a"}, {"c"});
    BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::none);
    fixture.pass(50s);
    topology.failed(SourceId{0}, KITH_IO, "deaf", fixture.now);
    fixture.pass(60s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    fixture.update(topology, {"a"});
    fixture.pass(59s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    fixture.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
}

BOOST_AUTO_TEST_CASE(a_new_name_of_a_remembered_key_leaves_the_old_link) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    remember(fixture, topology, {{"k", "old"}});
    KITH_CHECK_LINES(fixture.calls(), "connect old");
    fixture.see(topology, {{"k", "new"}});
    fixture.pass(60s);
    KITH_CHECK_LINES(fixture.calls(), "connect new");
    BOOST_CHECK_EQUAL(topology.class_of("old"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(a_remembered_name_under_a_new_key_is_seen_again) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick());
    remember(fixture, topology, {{"uid-1", "app-0"}});
    fixture.told();
    fixture.see(topology, {{"uid-2", "app-0"}});
    KITH_CHECK_LINES(fixture.told(), "observation.ok", "topology.fresh", "peer.discovered app-0");
    BOOST_CHECK_EQUAL(topology.class_of("app-0"), PeerClass::wanted);
}

BOOST_AUTO_TEST_CASE(the_local_node_and_filtered_names_are_not_remembered) {
    ClusterFixture fixture;
    Policy policy;
    policy.exclude = {"x*"};
    policy.name = "app@{ip}";
    auto &topology = fixture.topology(policy);
    fixture.automatic = true;
    remember(fixture, topology,
             {{"1", "n", {{"ip", "1"}}}, {"2", "n", {{"ip", "self"}}}, {"3", "without an address"}, {"4", "", {{"ip", "4"}}}});
    fixture.attach({}, "app@self");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect app@1", "connect app@4");
    BOOST_CHECK_EQUAL(topology.class_of("app@self"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(a_source_that_has_reported_ignores_remembered_peers) {
    ClusterFixture fixture;
    auto &topology = fixture.topology();
    fixture.see(topology, {"a"});
    fixture.told();
    remember(fixture, topology, {"b"});
    KITH_CHECK_LINES(fixture.told());
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(remembered_peers_are_limited_by_max_peers_and_unique_by_key) {
    ClusterFixture fixture;
    Policy policy;
    policy.max_peers = 3;
    auto &topology = fixture.topology(policy);
    remember(fixture, topology, {"a", "a", "", "b", "c", "d", "e"});
    BOOST_CHECK_LE(topology.size(), 3U);
    BOOST_TEST(fixture.see(topology, {"x", "y", "z"}).text == "");
    BOOST_CHECK_EQUAL(topology.size(), 3U);
}

BOOST_AUTO_TEST_CASE(merge_first_connects_to_remembered_peers_of_the_source_in_use) {
    ClusterFixture fixture;
    Policy policy = quick();
    policy.merge = Merge::first;
    auto &topology = fixture.topology(policy, "t", {"s", "other"});
    fixture.automatic = true;
    fixture.attach();
    remember(fixture, topology, {"b"}, 1); // it was in use before the restart
    KITH_CHECK_LINES(fixture.calls(), "connect b");
    fixture.see(topology, {"a"}); // now the first one is
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    fixture.see(topology, {"b", "c"}, 1);
    fixture.pass(60s);
    KITH_CHECK_LINES(fixture.calls());
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 2U);
}

BOOST_AUTO_TEST_CASE(the_peers_to_store_are_the_members) {
    ClusterFixture fixture;
    Policy policy;
    policy.exclude = {"x"};
    auto &topology = fixture.topology(policy, "t", {"s", "other"});
    BOOST_CHECK(!topology.known_age(SourceId{0}, fixture.now));
    fixture.attach();
    fixture.see(topology, {"a", "b", "x", "self@h"});
    const auto revision = topology.revision();
    fixture.see(topology, {"a", "b", "x", "self@h"});
    BOOST_CHECK_EQUAL(topology.revision(), revision);
    fixture.pass(7s);
    fixture.see(topology, {"a", "x"}); // b is missing, and still a member
    BOOST_CHECK_NE(topology.revision(), revision);
    BOOST_CHECK_EQUAL(worth_remembering(topology), (Lines{"a", "b"}));
    fixture.pass(5s);
    BOOST_CHECK(topology.known_age(SourceId{0}, fixture.now) == ns(5s));
    topology.watching(SourceId{0}, true, fixture.now);
    fixture.pass(5s); // it follows every change
    BOOST_CHECK(topology.known_age(SourceId{0}, fixture.now) == 0U);
    remember(fixture, topology, {"c"}, 1);
    fixture.pass(3s);
    BOOST_CHECK(topology.known_age(SourceId{1}, fixture.now) == ns(93s)); // remembering is no observation
    BOOST_CHECK_EQUAL(worth_remembering(topology, 1), Lines{"c"});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
