// SPDX-License-Identifier: MIT
//
// Whom kith parts, and whom it leaves alone.
#include <core/cluster/test/membership/policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(reconciler)

BOOST_AUTO_TEST_CASE(what_no_topology_found_is_left_alone) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach({"stranger"});
    house.see(topology, {"a"});
    house.see(topology, {});
    house.up("another");
    house.pass(1h);
    KITH_CHECK_LINES(house.calls(), "connect a", "disconnect a");
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 2U);
}

BOOST_AUTO_TEST_CASE(what_vanished_while_kith_was_not_running_is_left_alone) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach({"a", "b"}); // b was joined by an earlier kith
    house.see(topology, {"a"});
    house.pass(1h);
    KITH_CHECK_LINES(house.calls());
}

BOOST_AUTO_TEST_CASE(keep_leaves_the_link_and_does_not_dial) {
    for (const Prune prune : {Prune::keep, Prune::report}) {
        House house;
        Policy policy = quick();
        policy.prune = prune;
        auto &topology = house.topology(policy);
        house.automatic = true;
        house.attach();
        house.see(topology, {"a", "b"});
        house.calls();
        house.see(topology, {"b"});
        house.pass(1min);
        KITH_CHECK_LINES(house.calls());
        BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::kept);
        house.down("a");
        house.pass(1min);
        KITH_CHECK_LINES(house.calls());
        BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::none); // forgotten
    }
}

BOOST_AUTO_TEST_CASE(parted_only_when_no_topology_holds_it) {
    House house;
    auto &one = house.topology(quick(), "one");
    auto &two = house.topology(quick(), "two");
    house.automatic = true;
    house.attach();
    house.see(one, {"a"});
    house.see(two, {"a"});
    KITH_CHECK_LINES(house.calls(), "connect a");
    house.see(one, {});
    house.pass(1min);
    KITH_CHECK_LINES(house.calls());
    house.see(two, {});
    KITH_CHECK_LINES(house.calls(), "disconnect a");
    house.pass(1min);
    BOOST_CHECK_EQUAL(house.reconciler.known_names(), 0U);
}

BOOST_AUTO_TEST_CASE(a_topology_that_keeps_holds_against_one_that_parts) {
    House house;
    Policy keep = quick();
    keep.prune = Prune::keep;
    auto &one = house.topology(quick(), "one");
    auto &two = house.topology(keep, "two");
    house.automatic = true;
    house.attach();
    house.see(one, {"a"});
    house.see(two, {"a"});
    house.see(one, {});
    house.see(two, {});
    house.pass(1min);
    KITH_CHECK_LINES(house.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_stopped_topology_leaves_its_links) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    house.see(topology, {"a"});
    house.calls();
    topology.stop("the test ends it", house.now);
    house.down("a");
    house.pass(1min);
    KITH_CHECK_LINES(house.calls());
    house.topologies.clear();
    BOOST_CHECK_EQUAL(house.reconciler.known_names(), 0U);
}

BOOST_AUTO_TEST_CASE(disconnects_are_bounded_and_retried) {
    House house;
    Policy policy = quick();
    policy.connect_parallel = 3;
    auto &topology = house.topology(policy);
    house.automatic = true;
    house.attach();
    house.see(topology, peers_named("p", 10));
    house.automatic = false;
    house.see(topology, {});
    BOOST_CHECK_EQUAL(house.connector.open.size(), 3U);
    const std::string first = house.connector.open.front().name;
    house.calls();
    house.finish(first, KITH_IO, "cannot");
    house.run();
    BOOST_CHECK_EQUAL(house.connector.open.size(), 3U);
    BOOST_CHECK_EQUAL(count(house.told_why(), "disconnect.failed " + first + ": cannot"), 1U);
    house.automatic = true;
    house.run();
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 1U); // it waits for its backoff
    house.pass(1s);
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 0U);
    BOOST_CHECK_EQUAL(house.connector.most_disconnects, 3U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_vanishes_while_it_is_dialled_is_parted_when_the_link_comes) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a"});
    house.see(topology, {});
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::unwanted);
    house.finish("a");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a", "disconnect a");
    house.finish("a");
    house.run();
    BOOST_CHECK_EQUAL(house.reconciler.known_names(), 0U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_returns_while_it_is_parted_is_joined_again) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    house.see(topology, {"a"});
    house.pass(1min);
    house.automatic = false;
    house.see(topology, {});
    house.see(topology, {"a"});
    house.calls();
    house.finish("a");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(an_unwanted_link_is_parted_after_a_detach_too) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    house.see(topology, {"a"});
    house.calls();
    house.reconciler.detached(KITH_RESET, "gone", house.now);
    house.see(topology, {});
    house.pass(1min);
    house.attach({"a"});
    house.run();
    KITH_CHECK_LINES(house.calls(), "disconnect a");
}

BOOST_AUTO_TEST_CASE(stopping_cancels_and_begins_nothing) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a"});
    house.calls();
    house.reconciler.stop(house.now);
    house.run();
    BOOST_CHECK_EQUAL(house.connector.cancels, 1);
    house.see(topology, {"a", "b"});
    house.pass(1min);
    KITH_CHECK_LINES(house.calls());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
