// SPDX-License-Identifier: MIT
//
// Whom kith parts, and whom it leaves alone.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(reconciler)

BOOST_AUTO_TEST_CASE(links_that_no_topology_discovered_are_ignored) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick());
    fixture.automatic = true;
    fixture.attach({"stranger"});
    fixture.see(topology, {"a"});
    fixture.see(topology, {});
    fixture.up("another");
    fixture.pass(1h);
    KITH_CHECK_LINES(fixture.calls(), "connect a", "disconnect a");
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 2U);
}

BOOST_AUTO_TEST_CASE(links_of_peers_lost_before_the_start_are_ignored) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick());
    fixture.automatic = true;
    fixture.attach({"a", "b"}); // b was joined by an earlier kith
    fixture.see(topology, {"a"});
    fixture.pass(1h);
    KITH_CHECK_LINES(fixture.calls());
}

BOOST_AUTO_TEST_CASE(prune_keep_keeps_the_link_and_does_not_connect) {
    for (const Prune prune : {Prune::keep, Prune::report}) {
        Policy policy = quick();
        policy.prune = prune;
        AttachedTopology fixture{policy, automatic_operations};
        auto &topology = fixture.topology;
        fixture.see(topology, {"a", "b"});
        fixture.calls();
        fixture.see(topology, {"b"});
        fixture.pass(1min);
        KITH_CHECK_LINES(fixture.calls());
        BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::kept);
        fixture.down("a");
        fixture.pass(1min);
        KITH_CHECK_LINES(fixture.calls());
        BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::none); // forgotten
    }
}

BOOST_AUTO_TEST_CASE(a_peer_is_disconnected_only_when_no_topology_keeps_it) {
    ClusterFixture fixture;
    auto &one = fixture.topology(quick(), "one");
    auto &two = fixture.topology(quick(), "two");
    fixture.automatic = true;
    fixture.attach();
    fixture.see(one, {"a"});
    fixture.see(two, {"a"});
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    fixture.see(one, {});
    fixture.pass(1min);
    KITH_CHECK_LINES(fixture.calls());
    fixture.see(two, {});
    KITH_CHECK_LINES(fixture.calls(), "disconnect a");
    fixture.pass(1min);
    BOOST_CHECK_EQUAL(fixture.reconciler.known_names(), 0U);
}

BOOST_AUTO_TEST_CASE(prune_keep_of_one_topology_overrides_disconnect_of_another) {
    ClusterFixture fixture;
    Policy keep = quick();
    keep.prune = Prune::keep;
    auto &one = fixture.topology(quick(), "one");
    auto &two = fixture.topology(keep, "two");
    fixture.automatic = true;
    fixture.attach();
    fixture.see(one, {"a"});
    fixture.see(two, {"a"});
    fixture.see(one, {});
    fixture.see(two, {});
    fixture.pass(1min);
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_stopped_topology_does_not_change_its_links) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.calls();
    topology.stop("the test ends it", fixture.now);
    fixture.down("a");
    fixture.pass(1min);
    KITH_CHECK_LINES(fixture.calls());
    fixture.topologies.clear();
    BOOST_CHECK_EQUAL(fixture.reconciler.known_names(), 0U);
}

BOOST_AUTO_TEST_CASE(disconnects_are_bounded_and_retried) {
    Policy policy = quick();
    policy.connect_parallel = 3;
    AttachedTopology fixture{policy, automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, peers_named("p", 10));
    fixture.automatic = false;
    fixture.see(topology, {});
    BOOST_CHECK_EQUAL(fixture.connector.open.size(), 3U);
    const std::string first = fixture.connector.open.front().name;
    fixture.calls();
    fixture.finish(first, KITH_IO, "cannot");
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.connector.open.size(), 3U);
    BOOST_CHECK_EQUAL(count(fixture.told_why(), "disconnect.failed " + first + ": cannot"), 1U);
    fixture.automatic = true;
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 1U); // it waits for its backoff
    fixture.pass(1s);
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 0U);
    BOOST_CHECK_EQUAL(fixture.connector.most_disconnects, 3U);
}

BOOST_AUTO_TEST_CASE(a_peer_lost_during_its_connect_is_disconnected_after_link_up) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.see(topology, {});
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::unwanted);
    fixture.finish("a");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a", "disconnect a");
    fixture.finish("a");
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.reconciler.known_names(), 0U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_returns_during_its_disconnect_is_connected_again) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.pass(1min);
    fixture.automatic = false;
    fixture.see(topology, {});
    fixture.see(topology, {"a"});
    fixture.calls();
    fixture.finish("a");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(an_unwanted_link_is_disconnected_also_after_a_detach) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.calls();
    fixture.reconciler.detached(KITH_RESET, "gone", fixture.now);
    fixture.see(topology, {});
    fixture.pass(1min);
    fixture.attach({"a"});
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "disconnect a");
}

BOOST_AUTO_TEST_CASE(stop_cancels_operations_and_starts_none) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.calls();
    fixture.reconciler.stop(fixture.now);
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.connector.cancels, 1);
    fixture.see(topology, {"a", "b"});
    fixture.pass(1min);
    KITH_CHECK_LINES(fixture.calls());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
