// SPDX-License-Identifier: MIT
//
// Keys, names, the filter, and the node itself.
#include <core/cluster/test/membership/policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(names_are_built_from_attributes) {
    House house;
    Policy policy = plain();
    policy.name = "app@{ip}";
    auto &topology = house.topology(policy);
    house.see(topology, {{"1", "", {{"ip", "10.0.0.1"}}}, {"2", "", {{"host", "x"}}}, {"3", "", {}}});
    KITH_CHECK_LINES(house.told_why(), "topology.started",
                     "observation.ok: it has no attribute \"ip\", which policy.name asks for", "peer.discovered app@10.0.0.1");
    house.see(topology, {{"1", "", {{"ip", "10.0.0.1"}}}, {"2", "", {{"host", "x"}}}, {"3", "", {}}});
    KITH_CHECK_LINES(house.told());
}

BOOST_AUTO_TEST_CASE(new_attributes_are_an_update_and_a_new_name_is_another_peer) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {{"k", "a", {{"zone", "1"}, {"rack", "2"}}}});
    house.told();
    house.see(topology, {{"k", "a", {{"rack", "2"}, {"zone", "1"}}}}); // the order says nothing
    KITH_CHECK_LINES(house.told());
    house.see(topology, {{"k", "a", {{"zone", "2"}, {"rack", "2"}}}});
    KITH_CHECK_LINES(house.told(), "observation.ok", "peer.updated a");
    house.see(topology, {{"k", "b"}});
    KITH_CHECK_LINES(house.told_why(), "observation.ok",
                     "peer.missing a: its key has another name now at strategy s; it is gone in 60 s", "peer.discovered b");
    house.see(topology, {{"k", "b"}});
    house.see(topology, {{"k", "b"}});
    house.pass(60s);
    KITH_CHECK_LINES(house.told(), "peer.lost a");
}

BOOST_AUTO_TEST_CASE(a_name_that_comes_back_under_another_key_is_not_missed) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {{"1", "a"}, {"2", "b"}});
    house.see(topology, {{"1", "b"}, {"2", "a"}});
    house.told();
    house.see(topology, {{"1", "b"}, {"2", "a"}});
    house.see(topology, {{"1", "b"}, {"2", "a"}});
    house.pass(5min);
    KITH_CHECK_LINES(house.told());
    BOOST_CHECK_EQUAL(topology.size(), 2U);
}

BOOST_AUTO_TEST_CASE(two_keys_with_one_name_collide_without_harm) {
    House house;
    auto &topology = house.topology(plain());
    house.automatic = true;
    house.attach();
    house.see(topology, {{"1", "a"}, {"2", "a"}});
    KITH_CHECK_LINES(house.calls(), "connect a");
    const Lines told = house.told_why();
    BOOST_CHECK_EQUAL(count(told, "peer.collision a: the keys \"1\" and \"2\" have one name"), 1U);
    BOOST_CHECK_EQUAL(topology.collisions(), 1U);
    house.update(topology, {}, {}, {"1"});
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    house.update(topology, {}, {}, {"2"});
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(the_filter_and_the_node_itself) {
    House house;
    Policy policy = plain();
    policy.include = {"app@*"};
    policy.exclude = {"app@10.0.0.[5-9]"};
    policy.self = {"app@also-me"};
    auto &topology = house.topology(policy);
    house.automatic = true;
    house.attach({"app@10.0.0.7", "tool@x"}, "app@10.0.0.1");
    house.see(topology, {"app@10.0.0.1", "app@10.0.0.2", "app@10.0.0.7", "tool@x", "app@also-me"});
    KITH_CHECK_LINES(house.calls(), "connect app@10.0.0.2");
    house.update(topology, {}, {}, {"app@10.0.0.7", "tool@x"});
    house.pass(20min);
    KITH_CHECK_LINES(house.calls()); // excluded links are left alone
    BOOST_CHECK_EQUAL(topology.size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_renamed_node_is_evaluated_anew) {
    House house;
    auto &topology = house.topology(plain());
    house.automatic = true;
    house.see(topology, {"a", "b"});
    KITH_CHECK_LINES(house.calls()); // the node has no name yet
    house.told();
    house.attach({}, "a");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect b");
    BOOST_CHECK_EQUAL(count(house.told_why(), "peer.lost a: it is the local node"), 1U);
    house.attach({"b"}, "b");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a");
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
