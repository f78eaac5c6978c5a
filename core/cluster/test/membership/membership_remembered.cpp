// SPDX-License-Identifier: MIT
//
// What was known before a restart is held until the source has looked, and parts nobody.
#include <core/cluster/test/membership/policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership_remembered)

namespace {

const char *const remembered =
    ": remembered from before kith started, and strategy s has not looked since; last known 90 s ago; held until it has looked";
const char *const forgotten =
    ": it was remembered from before kith started, and strategy s does not have it; a link to it is left alone";

void remember(House &house, LiveTopology &topology, const std::vector<PeerSpec> &peers, std::uint32_t source = 0) {
    topology.remember(SourceId{source}, Views{peers}, ns(90s), house.now);
    house.run();
}

std::vector<std::string> worth_remembering(const LiveTopology &topology, std::uint32_t source = 0) {
    std::vector<std::string> names;
    topology.each_known(SourceId{source}, [&](const PeerView &peer) { names.emplace_back(peer.key); });
    return names;
}

} // namespace

BOOST_AUTO_TEST_CASE(they_are_dialled_and_told_as_stale) {
    House house;
    auto &topology = house.topology();
    house.automatic = true;
    house.told();
    remember(house, topology, {{"k1", "a", {{"ip", "10.0.0.1"}}}, {"k2", "b"}});
    const std::string why = remembered;
    KITH_CHECK_LINES(
        house.told_why(),
        "topology.stale: s has not looked yet; its peers are remembered from before kith started, last known 90 s ago",
        "peer.discovered a" + why, "peer.discovered b" + why);
    BOOST_CHECK(topology.stale());
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::held);
    BOOST_CHECK_EQUAL(topology.size(), 2U);
    house.attach();
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a", "connect b");
    BOOST_CHECK_EQUAL(house.connector.attributes["a"]["ip"], "10.0.0.1");
    BOOST_CHECK_EQUAL(topology.linked(), 2U);
    BOOST_CHECK(!topology.ready()); // nobody has looked
    house.pass(10s);
    BOOST_TEST(topology.why("a", house.now).starts_with("remembered of s (key k1, last known 100 s ago); held since 10 s"),
               topology.why("a", house.now));
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_holds_them_for_ever_and_they_are_retried) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.connector.refuse = KITH_REFUSED;
    remember(house, topology, {"a"});
    for (int i = 0; i < 1000; ++i) {
        topology.failed(SourceId{0}, KITH_TIMED_OUT, "no answer", house.now);
        house.pass(60s);
    }
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::held);
    BOOST_CHECK_GT(house.calls().size(), 500U);
    BOOST_CHECK_EQUAL(count(house.told(), "topology.stale"), 1U);
}

BOOST_AUTO_TEST_CASE(the_first_answer_rules_and_nobody_is_parted) {
    for (const bool guard : {false, true}) {
        House house;
        Policy policy = libcluster_policy(); // the most eager to part
        policy.guard = guard;
        auto &topology = house.topology(policy);
        house.automatic = true;
        remember(house, topology, {"a", "b", "c", "d"});
        house.attach({"c"}); // one link has survived the restart
        house.run();
        house.calls();
        house.told();
        house.see(topology, {"a", "e"});
        const std::string why = forgotten;
        KITH_CHECK_LINES(house.told_why(), "observation.ok", "topology.fresh",
                         "peer.discovered a: seen again; it was remembered from before kith started", "peer.discovered e",
                         "peer.lost b" + why, "peer.lost c" + why, "peer.lost d" + why, "topology.ready", "connect.started e",
                         "link.up e", "connect.succeeded e");
        KITH_CHECK_LINES(house.calls(), "connect e");
        BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::none);
        BOOST_CHECK_EQUAL(topology.size(), 2U);
        BOOST_CHECK_EQUAL(topology.linked(), 2U);
        house.pass(3600s);
        KITH_CHECK_LINES(house.calls());
        BOOST_CHECK_EQUAL(house.reconciler.link_count(), 5U);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_first_answer_parts_nobody) {
    House house;
    auto &topology = house.topology(libcluster_policy());
    house.automatic = true;
    house.attach();
    remember(house, topology, {"a", "b"});
    house.calls();
    house.see(topology, {});
    house.pass(3600s);
    KITH_CHECK_LINES(house.calls());
    BOOST_CHECK_EQUAL(topology.size(), 0U);
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 2U);
}

// Whoever was seen by the source is a peer like any other from then on.
BOOST_AUTO_TEST_CASE(one_that_was_seen_again_can_be_gone) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    remember(house, topology, {"a", "b"});
    house.see(topology, {"a", "b"});
    house.calls();
    house.see(topology, {"b"});
    KITH_CHECK_LINES(house.calls(), "disconnect a");
}

BOOST_AUTO_TEST_CASE(the_guard_does_not_count_them) {
    House house;
    Policy policy;
    policy.prune = Prune::disconnect;
    policy.confirm = 1;
    policy.grace = ms(0ms);
    auto &topology = house.topology(policy, "t", {"s", "other"});
    remember(house, topology, peers_named("old", 100), 1);
    house.see(topology, {"a", "b", "c", "d"});
    house.told();
    house.see(topology, {"a"}); // three of four, not of 104
    BOOST_CHECK_EQUAL(count(house.told(), "peer.held"), 3U);
    BOOST_CHECK_EQUAL(topology.size(), 104U);
    house.see(topology, {}, 1); // a hundred that were only remembered are no removal either
    BOOST_CHECK_EQUAL(count(house.told(), "peer.lost old"), 100U);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::resting);
    house.see(topology, {"a", "b", "c"});
    house.pass(60s);
    BOOST_CHECK_EQUAL(count(house.told(), "peer.lost d"), 1U); // one of four may go
}

BOOST_AUTO_TEST_CASE(what_another_source_sees_is_not_touched) {
    House house;
    auto &topology = house.topology(quick(), "t", {"s", "other"});
    house.automatic = true;
    house.attach();
    house.see(topology, {"a", "b"});
    remember(house, topology, {"b", "c"}, 1);
    house.calls();
    house.told();
    house.see(topology, {"a"}); // `other` remembers b, and has not looked
    KITH_CHECK_LINES(
        house.told_why(), "observation.ok",
        "peer.held b: remembered from before kith started, and strategy other has not looked since; its link is kept");
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    house.see(topology, {"a", "c"}, 1);
    KITH_CHECK_LINES(house.calls());
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 3U);
}

BOOST_AUTO_TEST_CASE(who_tells_one_by_one_rules_when_it_says_that_these_are_all) {
    House house;
    auto &topology = house.topology(plain());
    house.automatic = true;
    house.attach();
    remember(house, topology, {"a", "b", "c"});
    house.calls();
    house.update(topology, {"a"}, {}, {"c"}); // c has left: a fact, and still no ground to part it
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::none);
    BOOST_CHECK(topology.stale());
    house.pass(8s);
    topology.watching(SourceId{0}, true, house.now);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    BOOST_CHECK(!topology.stale());
    house.pass(3600s);
    KITH_CHECK_LINES(house.calls());
}

BOOST_AUTO_TEST_CASE(who_never_says_that_these_are_all_has_grace) {
    House house;
    auto &topology = house.topology();
    remember(house, topology, {"a", "b", "c"});
    house.update(topology, {"a"}, {"c"});
    BOOST_CHECK_EQUAL(topology.class_of("c"), PeerClass::none);
    house.pass(50s);
    topology.failed(SourceId{0}, KITH_IO, "deaf", house.now);
    house.pass(60s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    house.update(topology, {"a"});
    house.pass(59s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    house.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    BOOST_CHECK_EQUAL(topology.class_of("a"), PeerClass::wanted);
}

BOOST_AUTO_TEST_CASE(a_new_name_under_the_key_leaves_the_old_one_alone) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    remember(house, topology, {{"k", "old"}});
    KITH_CHECK_LINES(house.calls(), "connect old");
    house.see(topology, {{"k", "new"}});
    house.pass(60s);
    KITH_CHECK_LINES(house.calls(), "connect new");
    BOOST_CHECK_EQUAL(topology.class_of("old"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(the_same_name_under_a_new_key_is_seen_again) {
    House house;
    auto &topology = house.topology(quick());
    remember(house, topology, {{"uid-1", "app-0"}});
    house.told();
    house.see(topology, {{"uid-2", "app-0"}});
    KITH_CHECK_LINES(house.told(), "observation.ok", "topology.fresh", "peer.discovered app-0");
    BOOST_CHECK_EQUAL(topology.class_of("app-0"), PeerClass::wanted);
}

BOOST_AUTO_TEST_CASE(the_local_node_and_the_filter_stand_over_it) {
    House house;
    Policy policy;
    policy.exclude = {"x*"};
    policy.name = "app@{ip}";
    auto &topology = house.topology(policy);
    house.automatic = true;
    remember(house, topology,
             {{"1", "n", {{"ip", "1"}}}, {"2", "n", {{"ip", "self"}}}, {"3", "without an address"}, {"4", "", {{"ip", "4"}}}});
    house.attach({}, "app@self");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect app@1", "connect app@4");
    BOOST_CHECK_EQUAL(topology.class_of("app@self"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(nothing_is_remembered_of_a_source_that_has_looked) {
    House house;
    auto &topology = house.topology();
    house.see(topology, {"a"});
    house.told();
    remember(house, topology, {"b"});
    KITH_CHECK_LINES(house.told());
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(no_more_than_max_peers_and_each_key_once) {
    House house;
    Policy policy;
    policy.max_peers = 3;
    auto &topology = house.topology(policy);
    remember(house, topology, {"a", "a", "", "b", "c", "d", "e"});
    BOOST_CHECK_LE(topology.size(), 3U);
    BOOST_TEST(house.see(topology, {"x", "y", "z"}).text == "");
    BOOST_CHECK_EQUAL(topology.size(), 3U);
}

BOOST_AUTO_TEST_CASE(merge_first_dials_what_the_source_in_use_had) {
    House house;
    Policy policy = quick();
    policy.merge = Merge::first;
    auto &topology = house.topology(policy, "t", {"s", "other"});
    house.automatic = true;
    house.attach();
    remember(house, topology, {"b"}, 1); // it was in use before the restart
    KITH_CHECK_LINES(house.calls(), "connect b");
    house.see(topology, {"a"}); // now the first one is
    KITH_CHECK_LINES(house.calls(), "connect a");
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
    house.see(topology, {"b", "c"}, 1);
    house.pass(60s);
    KITH_CHECK_LINES(house.calls());
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 2U);
}

BOOST_AUTO_TEST_CASE(what_is_worth_remembering) {
    House house;
    Policy policy;
    policy.exclude = {"x"};
    auto &topology = house.topology(policy, "t", {"s", "other"});
    BOOST_CHECK(!topology.known_age(SourceId{0}, house.now));
    house.attach();
    house.see(topology, {"a", "b", "x", "self@h"});
    const auto revision = topology.revision();
    house.see(topology, {"a", "b", "x", "self@h"});
    BOOST_CHECK_EQUAL(topology.revision(), revision);
    house.pass(7s);
    house.see(topology, {"a", "x"}); // b is missing, and still a member
    BOOST_CHECK_NE(topology.revision(), revision);
    BOOST_CHECK_EQUAL(worth_remembering(topology), (Lines{"a", "b"}));
    house.pass(5s);
    BOOST_CHECK(topology.known_age(SourceId{0}, house.now) == ns(5s));
    topology.watching(SourceId{0}, true, house.now);
    house.pass(5s); // it follows every change
    BOOST_CHECK(topology.known_age(SourceId{0}, house.now) == 0U);
    remember(house, topology, {"c"}, 1);
    house.pass(3s);
    BOOST_CHECK(topology.known_age(SourceId{1}, house.now) == ns(93s)); // remembering is no observation
    BOOST_CHECK_EQUAL(worth_remembering(topology, 1), Lines{"c"});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
