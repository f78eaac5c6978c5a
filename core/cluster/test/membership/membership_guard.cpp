// SPDX-License-Identifier: MIT
//
// Removals of many at once are held.
#include <core/cluster/test/membership/policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(an_empty_answer_parts_nobody_at_any_size) {
    for (const int size : {1, 2, 3, 10, 1000}) {
        House house;
        Policy policy;
        policy.prune = Prune::disconnect;
        policy.max_removal = 1.0; // even then
        auto &topology = house.topology(policy);
        house.automatic = true;
        house.attach();
        house.see(topology, peers_named("p", size));
        house.calls();
        house.told();
        for (int i = 0; i < 20; ++i) { // 3 s to 60 s: missing, then held by the guard
            house.pass(3s);
            house.see(topology, {});
        }
        house.pass(3s);
        const Lines told = house.told();
        BOOST_CHECK_EQUAL(count(told, "peer.missing"), static_cast<std::size_t>(size));
        BOOST_CHECK_EQUAL(count(told, "peer.held"), static_cast<std::size_t>(size));
        BOOST_CHECK_EQUAL(count(told, "peer.lost"), 0U);
        BOOST_CHECK_EQUAL(topology.size(), static_cast<std::size_t>(size));
        house.pass(599s);
        BOOST_CHECK_EQUAL(topology.size(), static_cast<std::size_t>(size));
        KITH_CHECK_LINES(house.calls());
        house.pass(1s); // hold is over: believed
        BOOST_CHECK_EQUAL(topology.size(), 0U);
        BOOST_CHECK_EQUAL(house.calls().size(), static_cast<std::size_t>(size));
    }
}

BOOST_AUTO_TEST_CASE(the_guard_stands_over_facts_too) {
    House house;
    auto &topology = house.topology(guarded());
    house.see(topology, {"a", "b", "c", "d"});
    house.told();
    house.update(topology, {}, {}, {"a", "b"}); // half may go
    KITH_CHECK_LINES(house.told(), "peer.lost a", "peer.lost b");
    house.update(topology, {}, {}, {"c"}); // 3 of the 4 of the last 10 minutes
    KITH_CHECK_LINES(house.told_why(), "peer.held c: 3 of 4 peers would be gone, over policy.max_removal 0.5; held for 600 s "
                                       "(strategy s says that it is gone)");
    house.pass(599s);
    KITH_CHECK_LINES(house.told());
    house.pass(1s);
    KITH_CHECK_LINES(house.told_why(), "peer.lost c: strategy s says that it is gone; the guard held it for 600 s");
}

// Leases of one partition end one after the other: it is no other partition for that.
BOOST_AUTO_TEST_CASE(who_is_missed_counts_as_if_it_went) {
    House house;
    auto &topology = house.topology(guarded());
    house.see(topology, peers_named("p", 9));
    topology.watching(SourceId{0}, true, house.now);
    for (const char *name : {"p0", "p1", "p2", "p3", "p4"}) {
        house.update(topology, {}, {name}, {});
        house.pass(2s);
    }
    house.told();
    house.pass(65s);
    BOOST_CHECK_EQUAL(count(house.told(), "peer.lost p0"), 0U);
    BOOST_CHECK_EQUAL(topology.class_of("p0"), PeerClass::resting);
    BOOST_CHECK_EQUAL(topology.class_of("p4"), PeerClass::resting);
    house.update(topology, {"p0", "p1", "p2", "p3"});
    house.pass(61s); // the fifth is gone in earnest
    BOOST_CHECK_EQUAL(count(house.told(), "peer.lost p4"), 1U);
    BOOST_CHECK_EQUAL(topology.size(), 8U);
}

BOOST_AUTO_TEST_CASE(slow_removal_passes_the_guard) {
    House house;
    auto &topology = house.topology(guarded());
    house.see(topology, {"a", "b", "c", "d"});
    house.update(topology, {}, {}, {"a", "b"});
    house.pass(601s); // the four are out of the window
    house.told();
    house.update(topology, {}, {}, {"c"});
    KITH_CHECK_LINES(house.told(), "peer.lost c");
}

BOOST_AUTO_TEST_CASE(those_who_return_release_the_others) {
    House house;
    auto &topology = house.topology(guarded());
    house.see(topology, {"a", "b", "c", "d"});
    house.update(topology, {}, {}, {"a", "b", "c"});
    BOOST_CHECK_EQUAL(topology.size(), 4U);
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::resting);
    house.told();
    house.pass(10s);
    house.update(topology, {"a", "b"});
    KITH_CHECK_LINES(house.told_why(), "peer.discovered a: seen again after 10 s", "peer.discovered b: seen again after 10 s");
    house.pass(59s);
    KITH_CHECK_LINES(house.told());
    house.pass(1s);
    KITH_CHECK_LINES(house.told_why(), "peer.lost c: strategy s says that it is gone");
}

BOOST_AUTO_TEST_CASE(those_who_return_one_by_one_part_nobody) {
    House house;
    auto &topology = house.topology(guarded());
    house.see(topology, {"a", "b", "c", "d"});
    house.update(topology, {}, {}, {"a", "b", "c"});
    house.told();
    for (const char *name : {"a", "b", "c"}) {
        house.pass(20s);
        house.update(topology, {name});
        BOOST_CHECK_EQUAL(house.told().size(), 1U);
        BOOST_CHECK_EQUAL(topology.class_of(name), PeerClass::wanted);
    }
    house.pass(1000s);
    KITH_CHECK_LINES(house.told());
}

BOOST_AUTO_TEST_CASE(a_guard_that_let_go_and_is_needed_again_still_holds) {
    House house;
    auto &topology = house.topology(guarded());
    house.see(topology, {"a", "b", "c", "d"});
    house.update(topology, {}, {}, {"a", "b", "c"});
    house.pass(10s);
    house.update(topology, {"a"}); // two of four: the guard lets go
    house.pass(10s);
    house.update(topology, {}, {}, {"a"}); // and is needed again
    house.told();
    house.pass(579s);
    KITH_CHECK_LINES(house.told());
    house.pass(1s);
    KITH_CHECK_LINES(house.told(), "peer.lost b", "peer.lost c");
    house.pass(20s);
    KITH_CHECK_LINES(house.told(), "peer.lost a");
}

BOOST_AUTO_TEST_CASE(each_removal_is_held_for_its_own_time) {
    House house;
    auto &topology = house.topology(guarded());
    house.see(topology, {"a", "b", "c", "d"});
    house.update(topology, {}, {}, {"a", "b", "c"});
    house.pass(599s);
    house.told();
    house.update(topology, {}, {}, {"d"});
    KITH_CHECK_LINES(house.told(), "peer.held d");
    house.pass(1s);
    KITH_CHECK_LINES(house.told(), "peer.lost a", "peer.lost b", "peer.lost c");
    house.pass(598s);
    KITH_CHECK_LINES(house.told());
    house.pass(1s);
    KITH_CHECK_LINES(house.told(), "peer.lost d");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
