// SPDX-License-Identifier: MIT
//
// Another instance observes for a source, with other options or of another plugin: the last known peers stay until it has reported all, and
// those that it does not report are missing then, whichever way each of the two instances reports.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership_source_restarted)

namespace {

void restart(ClusterFixture &fixture, LiveTopology &topology) {
    BOOST_REQUIRE(topology.restarted(SourceId{0}, "its options have changed", fixture.now));
    fixture.run();
}

// A heartbeat of a, every 5 s.
void hear(ClusterFixture &fixture, LiveTopology &topology, std::chrono::seconds duration) {
    for (auto passed = 0s; passed < duration; passed += 5s) {
        fixture.update(topology, {{"a", "a", {}, 15s}});
        fixture.pass(5s);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(the_last_known_peers_stay_until_the_next_complete_report) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a", "b"});
    restart(fixture, topology);
    fixture.pass(1h);
    BOOST_CHECK(topology.stale());
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::wanted);
    fixture.see(topology, {"a"});
    BOOST_CHECK(!topology.stale());
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(peers_without_a_lease_are_missing_a_minute_after_the_first_heartbeat) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a", "b"});
    restart(fixture, topology);
    hear(fixture, topology, 55s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::wanted);
    hear(fixture, topology, 10s);
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(peers_with_a_lease_are_missing_when_it_has_expired) {
    AttachedTopology fixture{plain(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.update(topology, {{"a", "a", {}, 15s}, {"b", "b", {}, 15s}});
    restart(fixture, topology);
    hear(fixture, topology, 10s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::wanted);
    hear(fixture, topology, 10s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
}

BOOST_AUTO_TEST_CASE(a_source_that_has_no_leases_any_more_is_not_stale_because_it_is_silent) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.update(topology, {{"a", "a", {}, 15s}, {"b", "b", {}, 15s}});
    restart(fixture, topology);
    fixture.see(topology, {"a"});
    BOOST_REQUIRE(topology.watching(SourceId{0}, true, fixture.now));
    fixture.pass(1h);
    BOOST_CHECK(!topology.stale());
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(a_source_in_sync_has_reported_all_its_peers) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a", "b"});
    restart(fixture, topology);
    fixture.update(topology, {"a"});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::wanted);
    BOOST_REQUIRE(topology.watching(SourceId{0}, true, fixture.now));
    fixture.run();
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
