// SPDX-License-Identifier: MIT
//
// When the first peer is connected (expected_nodes, first_looks), how many links are enough (links), and members without a connection.
#include <core/cluster/test/cluster_fixture.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(first_connects_and_links)

BOOST_AUTO_TEST_CASE(nothing_is_connected_before_the_expected_nodes_are_found) {
    Policy policy;
    policy.expected_nodes = 3;
    AttachedTopology fixture(policy, automatic_operations);
    fixture.see(fixture.topology, {"a"});
    BOOST_CHECK(fixture.calls().empty());
    BOOST_CHECK(!fixture.topology.ready());
    BOOST_CHECK(fixture.topology.why("a", fixture.now)
                    .ends_with("is not connected now: 2 of 3 nodes are found, the local one included (policy.expected_nodes)"));
    fixture.pass(1h);
    BOOST_CHECK(fixture.calls().empty());
    fixture.see(fixture.topology, {"a", "b"});
    KITH_CHECK_LINES(fixture.calls(), "connect a", "connect b");
    BOOST_CHECK(fixture.topology.ready());
    // From then on it connects whatever is found.
    fixture.see(fixture.topology, {"a"});
    fixture.pass(2min);
    fixture.down("a");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(nothing_is_connected_before_every_source_has_looked_twice) {
    Policy policy;
    policy.first_looks = 2;
    ClusterFixture fixture;
    fixture.automatic = true;
    auto &topology = fixture.topology(policy, "t", {"poll", "watch"});
    fixture.attach();
    fixture.see(topology, {"a"}, 0);
    fixture.see(topology, {"b"}, 1);
    BOOST_REQUIRE(topology.watching(SourceId{1}, true, fixture.now)); // it has looked often enough
    fixture.pass(1h);
    BOOST_CHECK(fixture.calls().empty());
    BOOST_CHECK(topology.why("a", fixture.now).ends_with("poll has not looked 2 times yet (policy.first_looks)"));
    fixture.see(topology, {"a"}, 0);
    KITH_CHECK_LINES(fixture.calls(), "connect a", "connect b");
}

BOOST_AUTO_TEST_CASE(leases_count_as_looks_by_time) {
    Policy policy;
    policy.first_looks = 2;
    AttachedTopology fixture(policy, automatic_operations);
    fixture.update(fixture.topology, {PeerSpec("a", "a", {}, 3600s)});
    BOOST_CHECK(fixture.calls().empty());
    fixture.pass(60s);
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_peer_is_connected_only_while_fewer_links_are_up) {
    Policy policy;
    policy.links = 1;
    AttachedTopology fixture(policy);
    fixture.see(fixture.topology, peers_named("n", 9));
    auto first = fixture.calls();
    BOOST_REQUIRE_EQUAL(first.size(), 1u);
    const std::string tried = first.front().substr(8);
    fixture.finish(tried, KITH_UNAVAILABLE, "it is down"); // the next one
    fixture.run();
    auto second = fixture.calls();
    BOOST_REQUIRE_EQUAL(second.size(), 1u);
    BOOST_CHECK(second != first);
    fixture.finish(second.front().substr(8));
    fixture.pass(1h);
    BOOST_CHECK(fixture.calls().empty());
    BOOST_CHECK_EQUAL(fixture.topology.linked(), 1u);
    const std::string linked = second.front().substr(8);
    const std::string idle = tried != "n0" && linked != "n0" ? "n0" : tried != "n1" && linked != "n1" ? "n1" : "n2";
    BOOST_CHECK(fixture.topology.why(idle, fixture.now).find("enough links are up") != std::string::npos);
    fixture.up("n8");
    fixture.up("n7"); // more come by themselves, and stay
    fixture.down("n8");
    fixture.down("n7");
    fixture.run();
    BOOST_CHECK(fixture.calls().empty());
    fixture.down(linked);
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.calls().size(), 1u);
}

BOOST_AUTO_TEST_CASE(three_links_are_made_of_nine) {
    Policy policy;
    policy.links = 3;
    AttachedTopology fixture(policy, automatic_operations);
    fixture.see(fixture.topology, peers_named("n", 9));
    BOOST_CHECK_EQUAL(fixture.calls().size(), 3u);
    policy.links = 5;
    fixture.topology.set_policy(policy, fixture.now);
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.calls().size(), 2u);
    policy.links = 0;
    fixture.topology.set_policy(policy, fixture.now);
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.calls().size(), 4u);
}

void say(ClusterFixture &fixture, const std::vector<std::string> &linked, const std::vector<std::string> &members) {
    fixture.say_links(linked, members);
    fixture.run();
}

BOOST_AUTO_TEST_CASE(a_member_without_a_connection_is_no_link_and_is_disconnected_when_it_is_gone) {
    Policy policy;
    policy.prune = Prune::disconnect;
    policy.grace = 200ms;
    policy.confirm = 1;
    policy.guard = false;
    AttachedTopology fixture(policy);
    say(fixture, {"a", "b"}, {});
    fixture.see(fixture.topology, {"a", "b"});
    BOOST_CHECK_EQUAL(fixture.topology.linked(), 2u);
    fixture.pass(2min);
    fixture.told();
    say(fixture, {"a"}, {"b"});
    KITH_CHECK_LINES(fixture.told(), "link.down b", "connect.started b");
    BOOST_CHECK_EQUAL(fixture.topology.linked(), 1u);
    fixture.finish("b", KITH_UNAVAILABLE, "it is down");
    fixture.calls();
    fixture.see(fixture.topology, {"a"});
    fixture.pass(1s);
    fixture.see(fixture.topology, {"a"});
    fixture.pass(5s);
    KITH_CHECK_LINES(fixture.calls(), "disconnect b");
    BOOST_REQUIRE(fixture.reconciler.done(fixture.connector.open.front().op, KITH_OK, "", fixture.now));
    fixture.connector.open.clear();
    say(fixture, {"a"}, {});
    fixture.pass(1h);
    BOOST_CHECK(fixture.calls().empty()); // once
    BOOST_CHECK_EQUAL(fixture.reconciler.known_names(), 1u);
}

BOOST_AUTO_TEST_CASE(a_member_without_a_connection_that_no_topology_knew_is_left_alone) {
    Policy policy;
    policy.prune = Prune::disconnect;
    AttachedTopology fixture(policy);
    say(fixture, {}, {"stranger"});
    fixture.see(fixture.topology, {"a"});
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    say(fixture, {}, {});
    fixture.finish("a", KITH_UNAVAILABLE);
    BOOST_CHECK_EQUAL(fixture.reconciler.known_names(), 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
