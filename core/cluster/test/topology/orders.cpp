// SPDX-License-Identifier: MIT
//
// What an operator orders while a topology runs: pause, resume, confirm, hold, forget.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

namespace {

using Kind = Order::Kind;

Policy parting() {
    Policy policy = guarded();
    policy.prune = Prune::disconnect;
    return policy;
}

// Four peers, linked.
LiveTopology &linked_topology(ClusterFixture &house, const Policy &policy) {
    auto &topology = house.topology(policy);
    house.automatic = true;
    house.attach();
    house.see(topology, {"a", "b", "c", "d"});
    house.pass(80s); // links that end later are dialled anew at once
    house.calls();
    house.told();
    return topology;
}

Status order(ClusterFixture &house, LiveTopology &topology, Kind kind, std::chrono::nanoseconds duration = 0s,
             const std::string &peer = {}, std::uint64_t hold = 0) {
    const Status status = topology.carry_out({kind, peer, ns(duration), hold}, house.now);
    house.run();
    return status;
}

} // namespace

BOOST_AUTO_TEST_SUITE(orders)

BOOST_AUTO_TEST_CASE(a_paused_topology_connects_and_disconnects_nobody_and_still_observes) {
    ClusterFixture house;
    Policy policy = libcluster_policy();
    auto &topology = linked_topology(house, policy);
    BOOST_TEST(order(house, topology, Kind::pause, 1h).status == KITH_OK);
    KITH_CHECK_LINES(house.told_why(),
                     "topology.paused: an operator paused it for 3600 s: kith connects and disconnects no peer, and no "
                     "removal goes on; it resumes by itself");
    house.see(topology, {"a", "b", "e"}); // c and d would go at once, e would be dialled
    house.down("a");
    house.pass(1800s);
    KITH_CHECK_LINES(house.calls());
    KITH_CHECK_LINES(house.told_why(), "observation.ok", "peer.discovered e",
                     "peer.missing c: strategy s did not find it; it is gone in 0 ms",
                     "peer.missing d: strategy s did not find it; it is gone in 0 ms", "link.down a: lost");
    BOOST_TEST(topology.class_of("a") == PeerClass::resting);
    BOOST_TEST(topology.class_of("c") == PeerClass::resting);
    BOOST_TEST(topology.why("e", house.now).find("the topology is paused for another 1800 s") != std::string::npos);
    BOOST_TEST(order(house, topology, Kind::resume).status == KITH_OK);
    KITH_CHECK_LINES(house.calls(), "connect a", "connect e", "disconnect c", "disconnect d");
    BOOST_TEST(count(house.told_why(), "topology.resumed: an operator resumed it") == 1U);
    BOOST_TEST(order(house, topology, Kind::resume).status == KITH_STALE);
}

BOOST_AUTO_TEST_CASE(a_pause_ends_by_itself_and_can_be_extended) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    order(house, topology, Kind::pause, 60s);
    house.pass(30s);
    order(house, topology, Kind::pause, 60s);
    house.down("a");
    house.pass(59s);
    KITH_CHECK_LINES(house.calls());
    house.pass(1s);
    KITH_CHECK_LINES(house.calls(), "connect a");
    BOOST_TEST(count(house.told_why(), "topology.resumed: the time of its pause is over") == 1U);
    BOOST_TEST(!topology.overrides().paused());
}

BOOST_AUTO_TEST_CASE(grace_does_not_elapse_during_a_pause) {
    ClusterFixture house;
    Policy policy = parting();
    policy.grace = 60s;
    policy.confirm = 1;
    auto &topology = linked_topology(house, policy);
    house.see(topology, {"a", "b", "c"}); // d is missing
    house.pass(50s);
    order(house, topology, Kind::pause, 1h);
    house.see(topology, {"a", "b"}); // c too
    house.pass(3000s);
    order(house, topology, Kind::resume);
    house.told();
    house.pass(9s);
    KITH_CHECK_LINES(house.told());
    house.pass(1s); // d had 10 s left
    KITH_CHECK_LINES(house.calls(), "disconnect d");
    house.pass(49s);
    KITH_CHECK_LINES(house.calls());
    house.pass(1s); // c all of them
    KITH_CHECK_LINES(house.calls(), "disconnect c");
}

BOOST_AUTO_TEST_CASE(removals_during_a_pause_are_decided_together_after_it) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    order(house, topology, Kind::pause, 2h);
    house.update(topology, {}, {}, {"a"}); // a fact, which needs no grace
    KITH_CHECK_LINES(
        house.told_why(),
        "topology.paused: an operator paused it for 7200 s: kith connects and disconnects no peer, and no "
        "removal goes on; it resumes by itself",
        "peer.held a: the topology is paused, and nothing is removed before it resumes (strategy s reports that it "
        "is gone)");
    house.pass(3600s); // longer than policy.hold
    house.update(topology, {}, {}, {"b"});
    house.update(topology, {}, {}, {"c"});
    BOOST_TEST(topology.guarded() == 3U);
    house.told();
    order(house, topology, Kind::resume);
    BOOST_TEST(count(house.told_why(), "peer.held") == 3U); // 3 of 4: by the guard now
    house.pass(599s);
    KITH_CHECK_LINES(house.calls());
    house.pass(1s);
    KITH_CHECK_LINES(house.calls(), "disconnect a", "disconnect b", "disconnect c");
}

BOOST_AUTO_TEST_CASE(removals_held_before_a_pause_wait_for_the_rest_of_the_hold_time) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    house.update(topology, {}, {}, {"a", "b", "c"});
    house.pass(400s);
    order(house, topology, Kind::pause, 1h);
    house.pass(3600s);
    house.told();
    house.pass(199s);
    KITH_CHECK_LINES(house.calls());
    house.pass(1s);
    KITH_CHECK_LINES(house.calls(), "disconnect a", "disconnect b", "disconnect c");
}

BOOST_AUTO_TEST_CASE(a_paused_topology_stays_ready) {
    ClusterFixture house;
    Policy policy = parting();
    policy.min_peers = 4;
    auto &topology = linked_topology(house, policy);
    order(house, topology, Kind::pause, 1h);
    house.down("a");
    BOOST_REQUIRE(house.reconciler.detached(KITH_REFUSED, "the node restarts", house.now));
    house.run();
    BOOST_TEST(topology.ready());
    order(house, topology, Kind::resume);
    BOOST_TEST(!topology.ready());
}

BOOST_AUTO_TEST_CASE(another_topology_does_not_disconnect_peers_of_a_paused_one) {
    ClusterFixture house;
    auto &first = linked_topology(house, parting());
    auto &second = house.topology(libcluster_policy(), "u");
    house.see(second, {"a", "b"});
    order(house, first, Kind::pause, 1h);
    house.see(second, {"b", "e"});
    KITH_CHECK_LINES(house.calls(), "connect e"); // a is not parted: the paused one has it
    house.down("b");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect b");
}

BOOST_AUTO_TEST_CASE(confirmed_removals_are_carried_out) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    BOOST_TEST(topology.removal_hold() == 0U);
    BOOST_TEST(order(house, topology, Kind::confirm, 0s, {}, 1).status == KITH_STALE); // nothing is held
    house.update(topology, {}, {}, {"a", "b", "c"});
    const std::uint64_t hold = topology.removal_hold();
    house.told();
    house.pass(100s);
    BOOST_TEST(order(house, topology, Kind::confirm, 0s, {}, hold).status == KITH_OK);
    KITH_CHECK_LINES(house.calls(), "disconnect a", "disconnect b", "disconnect c");
    const Lines told = house.told_why();
    BOOST_TEST(told.front() == "removal.confirmed: an operator confirmed hold 1");
    BOOST_TEST(count(told,
                     "peer.lost a: strategy s reports that it is gone; an operator confirmed it while the guard held it; it is "
                     "disconnected") == 1U);
    BOOST_TEST(topology.size() == 1U);
    // What is left is the measure: one of two may go by itself.
    house.update(topology, {"e"});
    house.calls();
    house.update(topology, {}, {}, {"e"});
    KITH_CHECK_LINES(house.calls(), "disconnect e");
}

BOOST_AUTO_TEST_CASE(confirming_an_outdated_hold_is_refused) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    house.update(topology, {}, {}, {"a", "b", "c"});
    const std::uint64_t hold = topology.removal_hold();
    house.update(topology, {}, {}, {"d"});
    const Status refused = order(house, topology, Kind::confirm, 0s, {}, hold);
    BOOST_TEST(refused.status == KITH_STALE);
    BOOST_TEST(refused.text == "the hold has changed since: it is number 2 now, of 4 peers");
    KITH_CHECK_LINES(house.calls());
    // One that has shrunk is the same: less goes than was meant.
    house.update(topology, {"a"});
    BOOST_TEST(topology.removal_hold() == 2U);
    order(house, topology, Kind::pause, 60s);
    BOOST_TEST(order(house, topology, Kind::confirm, 0s, {}, 2).status == KITH_BUSY);
    order(house, topology, Kind::resume);
    BOOST_TEST(order(house, topology, Kind::confirm, 0s, {}, topology.removal_hold()).status == KITH_OK);
    KITH_CHECK_LINES(house.calls(), "disconnect b", "disconnect c", "disconnect d");
    BOOST_TEST(topology.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_held_peer_is_neither_connected_nor_disconnected) {
    ClusterFixture house;
    auto &topology = linked_topology(house, libcluster_policy());
    BOOST_TEST(order(house, topology, Kind::hold, 60s, "z").status == KITH_NOT_FOUND);
    BOOST_TEST(order(house, topology, Kind::hold, 60s, "a").status == KITH_OK);
    BOOST_TEST(order(house, topology, Kind::hold, 60s, "b").status == KITH_OK);
    KITH_CHECK_LINES(house.told_why(),
                     "peer.held a: an operator holds it for 60 s: its link is kept, and kith does not connect it",
                     "peer.held b: an operator holds it for 60 s: its link is kept, and kith does not connect it");
    house.down("a");
    house.down("c");
    house.see(topology, {"a", "c", "d"}); // b is gone
    KITH_CHECK_LINES(house.calls(), "connect c");
    BOOST_TEST(topology.why("a", house.now).find("an operator holds it for another 60 s") != std::string::npos);
    house.pass(59s);
    KITH_CHECK_LINES(house.calls());
    house.told();
    house.pass(1s);
    KITH_CHECK_LINES(house.calls(), "connect a", "disconnect b");
    BOOST_TEST(count(house.told_why(), "peer.discovered a: the time of its hold is over") == 1U);
    BOOST_TEST(topology.overrides().held() == 0U);
}

BOOST_AUTO_TEST_CASE(the_hold_of_a_peer_can_be_ended_early) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    BOOST_TEST(order(house, topology, Kind::hold, 0s, "a").status == KITH_STALE);
    order(house, topology, Kind::hold, 1h, "a");
    house.down("a");
    house.run();
    KITH_CHECK_LINES(house.calls());
    BOOST_TEST(order(house, topology, Kind::hold, 0s, "a").status == KITH_OK);
    KITH_CHECK_LINES(house.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(the_number_of_held_peers_is_limited) {
    ClusterFixture house;
    auto &topology = house.topology();
    house.see(topology, peers_named("p", static_cast<int>(Overrides::most_holds) + 1));
    for (std::size_t i = 0; i < Overrides::most_holds; ++i)
        BOOST_REQUIRE(topology.carry_out({Kind::hold, "p" + std::to_string(i), one_second, 0}, house.now));
    BOOST_TEST(order(house, topology, Kind::hold, 1s, "p1000").status == KITH_LIMIT);
    BOOST_TEST(order(house, topology, Kind::hold, 2s, "p0").status == KITH_OK); // one that is held already
    BOOST_TEST(order(house, topology, Kind::hold, std::chrono::hours(24 * 8), "p0").status == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(a_forgotten_peer_is_removed_at_once_without_the_guard) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    for (const char *name : {"a", "b", "c"}) BOOST_TEST(order(house, topology, Kind::forget, 0s, name).status == KITH_OK);
    KITH_CHECK_LINES(house.calls(), "disconnect a", "disconnect b", "disconnect c");
    BOOST_TEST(count(house.told_why(), "peer.lost a: an operator ordered its removal (`kith forget`); it is disconnected") ==
               1U);
    BOOST_TEST(order(house, topology, Kind::forget, 0s, "a").status == KITH_NOT_FOUND);
    house.see(topology, {"a", "d"}); // the source still has it
    KITH_CHECK_LINES(house.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_missing_or_held_peer_can_be_forgotten) {
    ClusterFixture house;
    Policy policy = parting();
    policy.grace = 1h;
    auto &topology = house.topology(policy, "t", {"s", "u"});
    house.automatic = true;
    house.attach();
    for (const std::uint32_t source : {0U, 1U})
        house.see(topology, {{"k1", "a"}, {"k2", "a"}, {"k3", "b"}, {"k4", "c"}}, source);
    house.see(topology, {{"k3", "b"}, {"k4", "other"}}, 0); // a is missing at one, and c is renamed there
    house.run();
    house.calls();
    order(house, topology, Kind::forget, 0s, "a");
    order(house, topology, Kind::forget, 0s, "c");
    KITH_CHECK_LINES(house.calls(), "disconnect a", "disconnect c");
    house.update(topology, {}, {}, {"k3", "k4"}, 0);
    house.update(topology, {}, {}, {"k3"}, 1); // empty: the guard holds b
    BOOST_TEST(topology.guarded() != 0U);
    order(house, topology, Kind::forget, 0s, "b");
    BOOST_TEST(topology.class_of("b") != PeerClass::resting);
    KITH_CHECK_LINES(house.calls(), "disconnect b");
}

BOOST_AUTO_TEST_CASE(orders_from_before_a_restart_are_restored) {
    ClusterFixture house;
    auto &topology = house.topology(libcluster_policy());
    topology.withhold();
    house.automatic = true;
    house.attach({"b"});
    house.see(topology, {"a", "b"});
    KITH_CHECK_LINES(house.calls()); // not before it is known whether it is paused
    house.told();
    const LiveTopology::HeldPeer held[] = {{"a", house.now + ns(2h)}, {"z", house.now + ns(2h)}, {"old", house.now}};
    topology.restore(house.now + ns(1h), held, "kith started", house.now);
    house.run();
    KITH_CHECK_LINES(house.calls());
    BOOST_TEST(count(house.told_why(), "topology.paused: it was paused before kith started, and goes on so for 3600 s") == 1U);
    BOOST_TEST(topology.overrides().held() == 2U);
    house.pass(3600s);
    KITH_CHECK_LINES(house.calls());
    house.pass(3600s);
    KITH_CHECK_LINES(house.calls(), "connect a");
    BOOST_TEST(topology.next_deadline() == never);
}

BOOST_AUTO_TEST_CASE(a_stopped_topology_refuses_orders) {
    ClusterFixture house;
    auto &topology = linked_topology(house, parting());
    order(house, topology, Kind::pause, 1h);
    topology.stop("kith is stopping", house.now);
    BOOST_TEST(order(house, topology, Kind::resume).status == KITH_CANCELLED);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
