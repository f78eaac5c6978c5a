// SPDX-License-Identifier: MIT
//
// Who is not heard is missed only while something is heard.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(a_lease_expires_while_the_source_receives) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.update(topology, {{"a", "a", {}, 15s}, {"b", "b", {}, 15s}});
    fixture.told();
    for (int i = 0; i < 4; ++i) {
        fixture.pass(4s);
        fixture.update(topology, {{"a", "a", {}, 15s}});
    }
    KITH_CHECK_LINES(fixture.told_why(),
                     "peer.missing b: strategy s has not reported it for the time of its lease; it is gone in 60 s");
    for (int i = 0; i < 14; ++i) {
        fixture.pass(4s);
        topology.heard(SourceId{0}, fixture.now);
        fixture.update(topology, {{"a", "a", {}, 15s}});
    }
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    fixture.pass(4s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
}

BOOST_AUTO_TEST_CASE(leases_stop_while_the_source_receives_nothing) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.update(topology, {{"a", "a", {}, 15s}, {"b", "b", {}, 15s}});
    fixture.told();
    fixture.pass(1h);
    KITH_CHECK_LINES(fixture.told_why(),
                     "topology.stale: nothing was received for 15 s; leases are suspended until something is received");
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::wanted);
    fixture.update(topology, {{"a", "a", {}, 15s}});
    KITH_CHECK_LINES(fixture.told(), "topology.fresh");
    fixture.pass(10s);
    fixture.update(topology, {{"a", "a", {}, 15s}});
    KITH_CHECK_LINES(fixture.told()); // the hour did not count against b
    fixture.pass(5s);
    topology.heard(SourceId{0}, fixture.now);
    fixture.run();
    KITH_CHECK_LINES(fixture.told(), "peer.missing b");
}

BOOST_AUTO_TEST_CASE(leases_stop_also_when_advance_is_called_late) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    fixture.update(topology, {{"a", "a", {}, 15s}, {"b", "b", {}, 15s}});
    fixture.now += ns(1h); // the process was suspended
    fixture.update(topology, {{"a", "a", {}, 15s}});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::wanted);
}

// When many leave, what is queued for their leases is cleared away, and with it that of a peer that is missing at that moment.
BOOST_AUTO_TEST_CASE(the_lease_of_a_returned_peer_expires_after_many_others_left) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(plain());
    std::vector<PeerSpec> peers;
    for (int i = 0; i < 200; ++i) peers.push_back({"p" + std::to_string(i), "p" + std::to_string(i), {}, 10s});
    fixture.update(topology, peers);
    fixture.update(topology, {}, {"p0"});
    std::vector<std::string_view> gone;
    for (std::size_t i = 2; i < peers.size(); ++i) gone.push_back(peers[i].key);
    fixture.update(topology, {}, {}, gone);
    fixture.update(topology, {peers[0]}); // it is back
    for (int i = 0; i < 11; ++i) {
        fixture.pass(1s);
        fixture.update(topology, {peers[1]});
    }
    BOOST_CHECK_EQUAL(topology.class_of("p1"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(topology.class_of("p0"), PeerClass::held);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
