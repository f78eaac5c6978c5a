// SPDX-License-Identifier: MIT
//
// The rules that stand between an observation and a peer's class.
#include <core/cluster/test/membership/policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(first_observation) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    KITH_CHECK_LINES(house.told(), "topology.started", "observation.ok", "peer.discovered a@h", "peer.discovered b@h");
    BOOST_CHECK_EQUAL(topology.size(), 2);
    BOOST_CHECK_EQUAL(topology.class_of("a@h"), PeerClass::wanted);
}

BOOST_AUTO_TEST_CASE(an_unchanged_observation_is_not_told_again) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    house.told();
    for (int i = 0; i < 5; ++i) {
        house.pass(5s);
        house.see(topology, {"b@h", "a@h"});
    }
    KITH_CHECK_LINES(house.told());
}

BOOST_AUTO_TEST_CASE(gone_after_grace_and_confirm) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    house.told();
    house.pass(10s);
    house.see(topology, {"a@h"}); // missing from here, at 10 s
    KITH_CHECK_LINES(house.told_why(), "observation.ok",
                     "peer.missing b@h: strategy s looked and did not find it; it is gone in 60 s");
    house.pass(25s);
    house.see(topology, {"a@h"});
    house.pass(25s);
    house.see(topology, {"a@h"}); // the third, but only 50 s
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    house.pass(9s);
    KITH_CHECK_LINES(house.told());
    house.pass(1s);
    KITH_CHECK_LINES(house.told_why(),
                     "peer.lost b@h: strategy s looked and did not find it; missing for 60 s in 3 observations");
    BOOST_CHECK_EQUAL(topology.size(), 1);
}

BOOST_AUTO_TEST_CASE(grace_without_confirmation_is_not_enough) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    house.see(topology, {"a@h"});
    house.pass(1h);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    house.see(topology, {"a@h"});
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    house.told();
    house.see(topology, {"a@h"});
    KITH_CHECK_LINES(house.told(), "peer.lost b@h");
}

BOOST_AUTO_TEST_CASE(seen_again_starts_anew) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    house.see(topology, {"a@h"});
    house.pass(59s);
    house.see(topology, {"a@h"});
    house.told();
    house.see(topology, {"a@h", "b@h"});
    KITH_CHECK_LINES(house.told_why(), "observation.ok", "peer.discovered b@h: seen again after 59 s");
    house.see(topology, {"a@h"});
    house.see(topology, {"a@h"});
    house.see(topology, {"a@h"});
    house.pass(59s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    house.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(failures_neither_count_nor_remove) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    house.see(topology, {"a@h"});
    house.see(topology, {"a@h"});
    house.see(topology, {"a@h"});
    house.told();
    topology.failed(SourceId{0}, KITH_UNRESOLVED, "no answer", house.now);
    house.pass(10h);
    for (int i = 0; i < 10; ++i) topology.failed(SourceId{0}, KITH_UNRESOLVED, "no answer", house.now);
    house.run();
    KITH_CHECK_LINES(house.told_why(), "observation.failed: no answer", "topology.stale: no answer");
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    topology.failed(SourceId{0}, KITH_TIMED_OUT, "no answer in 5 s", house.now);
    KITH_CHECK_LINES(house.told_why(), "observation.failed: no answer in 5 s");
    house.see(topology, {"a@h"});
    KITH_CHECK_LINES(house.told(), "observation.ok", "topology.fresh", "peer.lost b@h");
}

BOOST_AUTO_TEST_CASE(a_watch_in_sync_counts_as_observing) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    topology.watching(SourceId{0}, true, house.now);
    house.update(topology, {}, {"b@h"});
    house.pass(59s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    house.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(a_broken_watch_does_not_count) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    topology.watching(SourceId{0}, true, house.now);
    house.update(topology, {}, {"b@h"});
    house.pass(10s);
    topology.watching(SourceId{0}, false, house.now);
    house.pass(1h);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    topology.watching(SourceId{0}, true, house.now);
    house.pass(39s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::held);
    house.pass(1s);
    BOOST_CHECK_EQUAL(topology.class_of("b@h"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(an_update_counts_as_a_look_only_when_it_misses_something) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a", "b", "c"});
    house.update(topology, {}, {"b"});
    house.pass(5min);
    for (int i = 0; i < 5; ++i) house.update(topology, {"a"});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    house.update(topology, {}, {"b"});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::held);
    house.update(topology, {}, {"b"});
    BOOST_CHECK_EQUAL(topology.class_of("b"), PeerClass::none);
}

BOOST_AUTO_TEST_CASE(a_stated_fact_needs_no_grace) {
    House house;
    auto &topology = house.topology(plain());
    house.see(topology, {"a@h", "b@h"});
    house.told();
    house.update(topology, {}, {}, {"b@h", "never-seen"});
    KITH_CHECK_LINES(house.told_why(), "peer.lost b@h: strategy s says that it is gone");
}

BOOST_AUTO_TEST_CASE(libcluster_policy_parts_at_once) {
    House house;
    auto &topology = house.topology(libcluster_policy());
    house.automatic = true;
    house.attach();
    house.see(topology, {"a@h", "b@h"});
    KITH_CHECK_LINES(house.calls(), "connect a@h", "connect b@h");
    house.see(topology, {});
    KITH_CHECK_LINES(house.calls(), "disconnect a@h", "disconnect b@h");
}

// ---- configuration ----

BOOST_AUTO_TEST_CASE(a_new_policy_is_evaluated_from_the_raw_observations) {
    House house;
    Policy policy = plain();
    auto &topology = house.topology(policy);
    house.automatic = true;
    house.attach();
    house.see(topology, {{"1", "a", {{"ip", "10.0.0.1"}}}, {"2", "b", {{"ip", "10.0.0.2"}}}});
    house.calls();
    policy.exclude = {"b"};
    topology.set_policy(policy, house.now);
    house.run();
    BOOST_CHECK_EQUAL(topology.size(), 1U);
    KITH_CHECK_LINES(house.calls()); // excluded, so left alone
    policy.exclude.clear();
    policy.name = "app@{ip}";
    topology.set_policy(policy, house.now);
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect app@10.0.0.1", "connect app@10.0.0.2");
    BOOST_CHECK_EQUAL(topology.size(), 2U);
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 4U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
