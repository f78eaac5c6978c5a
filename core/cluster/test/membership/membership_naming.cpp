// SPDX-License-Identifier: MIT
//
// Keys, names, the filter, and the node itself.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(names_are_built_from_attributes) {
    ClusterFixture fixture;
    Policy policy = plain();
    policy.name = "app@{ip}";
    auto &topology = fixture.topology(policy);
    fixture.see(topology, {{"1", "", {{"ip", "10.0.0.1"}}}, {"2", "", {{"host", "x"}}}, {"3", "", {}}});
    KITH_CHECK_LINES(fixture.told_why(), "topology.started",
                     "observation.ok: it has no attribute \"ip\", which policy.name asks for", "peer.discovered app@10.0.0.1");
    fixture.see(topology, {{"1", "", {{"ip", "10.0.0.1"}}}, {"2", "", {{"host", "x"}}}, {"3", "", {}}});
    KITH_CHECK_LINES(fixture.told());
}

BOOST_AUTO_TEST_CASE(new_attributes_update_a_peer_and_a_new_name_makes_another) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {{"k", "a", {{"zone", "1"}, {"rack", "2"}}}});
    fixture.told();
    fixture.see(topology, {{"k", "a", {{"rack", "2"}, {"zone", "1"}}}}); // the order says nothing
    KITH_CHECK_LINES(fixture.told());
    fixture.see(topology, {{"k", "a", {{"zone", "2"}, {"rack", "2"}}}});
    KITH_CHECK_LINES(fixture.told(), "observation.ok", "peer.updated a");
    fixture.see(topology, {{"k", "b"}});
    KITH_CHECK_LINES(fixture.told_why(), "observation.ok",
                     "peer.missing a: strategy s reports another name for its key now; it is gone in 60 s",
                     "peer.discovered b");
    fixture.see(topology, {{"k", "b"}});
    fixture.see(topology, {{"k", "b"}});
    fixture.pass(60s);
    KITH_CHECK_LINES(fixture.told(), "peer.lost a");
}

BOOST_AUTO_TEST_CASE(a_name_that_returns_under_another_key_is_not_missing) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.see(topology, {{"1", "a"}, {"2", "b"}});
    fixture.see(topology, {{"1", "b"}, {"2", "a"}});
    fixture.told();
    fixture.see(topology, {{"1", "b"}, {"2", "a"}});
    fixture.see(topology, {{"1", "b"}, {"2", "a"}});
    fixture.pass(5min);
    KITH_CHECK_LINES(fixture.told());
    BOOST_CHECK_EQUAL(topology.size(), 2U);
}

BOOST_AUTO_TEST_CASE(two_keys_with_one_name_are_reported_as_a_collision) {
    AttachedTopology fixture{plain(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {{"1", "a"}, {"2", "a"}});
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    const Lines told = fixture.told_why();
    BOOST_CHECK_EQUAL(count(told, "peer.collision a: the keys \"1\" and \"2\" have one name"), 1U);
    BOOST_CHECK_EQUAL(topology.collisions(), 1U);
    fixture.update(topology, {}, {}, {"1"});
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    fixture.update(topology, {}, {}, {"2"});
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(filtered_names_and_the_local_node_are_no_members) {
    ClusterFixture fixture;
    Policy policy = plain();
    policy.include = {"app@*"};
    policy.exclude = {"app@10.0.0.[5-9]"};
    policy.self = {"app@also-me"};
    auto &topology = fixture.topology(policy);
    fixture.automatic = true;
    fixture.attach({"app@10.0.0.7", "tool@x"}, "app@10.0.0.1");
    fixture.see(topology, {"app@10.0.0.1", "app@10.0.0.2", "app@10.0.0.7", "tool@x", "app@also-me"});
    KITH_CHECK_LINES(fixture.calls(), "connect app@10.0.0.2");
    fixture.update(topology, {}, {}, {"app@10.0.0.7", "tool@x"});
    fixture.pass(20min);
    KITH_CHECK_LINES(fixture.calls()); // excluded links are left alone
    BOOST_CHECK_EQUAL(topology.size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_new_name_of_the_local_node_is_applied) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.automatic = true;
    fixture.see(topology, {"a", "b"});
    KITH_CHECK_LINES(fixture.calls()); // the node has no name yet
    fixture.told();
    fixture.attach({}, "a");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect b");
    BOOST_CHECK_EQUAL(count(fixture.told_why(), "peer.lost a: it is the local node"), 1U);
    fixture.attach({"b"}, "b");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
