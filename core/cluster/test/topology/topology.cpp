// SPDX-License-Identifier: MIT
//
// What a topology tells: readiness, staleness, and why.
#include <core/cluster/test/house.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(topology)

BOOST_AUTO_TEST_CASE(ready_when_attached_looked_and_linked) {
    House house;
    Policy policy;
    policy.min_peers = 2;
    auto &topology = house.topology(policy, "t", {"one", "two"});
    house.attach();
    house.see(topology, {"a", "b"}, 0);
    house.up("a");
    house.up("b");
    house.run();
    BOOST_CHECK(!topology.ready()); // two has not looked
    house.told();
    house.pass(2s);
    house.see(topology, {}, 1);
    BOOST_CHECK(topology.ready());
    const auto events = house.take();
    const auto ready =
        std::find_if(events.begin(), events.end(), [](const auto &e) { return e->kind() == KITH_EVENT_TOPOLOGY_READY; });
    BOOST_REQUIRE(ready != events.end());
    BOOST_CHECK_EQUAL((*ready)->json(),
                      "{\"v\":1,\"seq\":" + std::to_string((*ready)->seq()) +
                          ",\"time\":\"1970-01-01T00:00:02.000000Z\",\"kind\":\"topology.ready\",\"topology\":\"t\","
                          "\"connector\":\"beam\",\"node\":\"self@h\",\"duration_ms\":2000,\"peers\":2,\"linked\":2}");
    house.down("b");
    BOOST_CHECK(!topology.ready());
    house.up("b");
    BOOST_CHECK(topology.ready());
    house.reconciler.detached(KITH_RESET, "gone", house.now);
    BOOST_CHECK(!topology.ready());
}

// As with two nodes of different tick times, whose link ends every few seconds, and is made again by one of them.
BOOST_AUTO_TEST_CASE(readiness_that_is_lost_again_and_again_is_not_told_each_time) {
    House house;
    Policy policy;
    policy.min_peers = 1;
    auto &topology = house.topology(policy);
    house.attach();
    house.see(topology, {"a"});
    house.told();
    const auto told_in = [&](int times, std::chrono::milliseconds up) {
        std::size_t ready = 0;
        for (int i = 0; i < times; ++i) {
            house.up("a");
            house.pass(up);
            house.down("a");
            for (const auto &event : house.take()) ready += event->kind() == KITH_EVENT_TOPOLOGY_READY;
        }
        return ready;
    };
    BOOST_CHECK_EQUAL(told_in(100, 2500ms), 2u);
    BOOST_CHECK_EQUAL(told_in(20, 60s), 0u);
    house.up("a");
    house.pass(74s);
    BOOST_CHECK(!topology.ready());
    house.pass(2s);
    BOOST_CHECK(topology.ready()); // nothing but time made it so
    house.down("a");
    house.told();
    BOOST_CHECK_EQUAL(told_in(3, 80s), 3u);
    // A node that restarts is no such thing.
    for (int i = 0; i < 5; ++i) {
        house.reconciler.detached(KITH_RESET, "gone", house.now);
        house.attach();
        house.up("a");
        BOOST_CHECK(topology.ready());
    }
}

BOOST_AUTO_TEST_CASE(not_ready_before_the_links_are_known) {
    House house;
    auto &topology = house.topology(); // min_peers is 0
    house.see(topology, {"a"});
    BOOST_REQUIRE(house.reconciler.attached("self@h", ++house.epoch, house.now));
    house.run();
    BOOST_CHECK(!topology.ready());
    house.say_links({});
    BOOST_CHECK(topology.ready());
    // The same at each attachment.
    house.reconciler.detached(KITH_RESET, "gone", house.now);
    BOOST_REQUIRE(house.reconciler.attached("self@h", ++house.epoch, house.now));
    house.see(topology, {"a", "b"});
    BOOST_CHECK(!topology.ready());
    house.say_links({});
    BOOST_CHECK(topology.ready());
}

BOOST_AUTO_TEST_CASE(stale_until_every_strategy_can_look_again) {
    House house;
    auto &topology = house.topology({}, "t", {"one", "two"});
    house.see(topology, {"a"}, 0);
    house.see(topology, {"b"}, 1);
    house.told();
    topology.failed(SourceId{0}, KITH_UNRESOLVED, "one broke", house.now);
    topology.failed(SourceId{1}, KITH_TIMED_OUT, "two broke", house.now);
    KITH_CHECK_LINES(house.told_why(), "observation.failed: one broke", "topology.stale: one broke",
                     "observation.failed: two broke");
    house.see(topology, {"a"}, 0);
    KITH_CHECK_LINES(house.told(), "observation.ok");
    house.see(topology, {"b"}, 1);
    KITH_CHECK_LINES(house.told(), "observation.ok", "topology.fresh");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_told_when_it_changes) {
    House house;
    auto &topology = house.topology();
    topology.left_out(SourceId{0}, 3, "not ready", house.now);
    house.see(topology, {"a"});
    auto events = house.take();
    BOOST_CHECK(events[1]->json().find("\"reason\":\"not ready\",\"peers\":1,\"new\":1,\"left_out\":3") !=
                std::string_view::npos);
    topology.left_out(SourceId{0}, 3, "not ready", house.now);
    house.see(topology, {"a"});
    KITH_CHECK_LINES(house.told());
    house.see(topology, {"a"});
    KITH_CHECK_LINES(house.told(), "observation.ok");
}

BOOST_AUTO_TEST_CASE(why) {
    House house;
    Policy policy;
    policy.exclude = {"x*"};
    policy.prune = Prune::disconnect;
    policy.backoff_jitter = 0;
    policy.max_removal = 0.9;
    auto &topology = house.topology(policy);
    BOOST_CHECK_EQUAL(topology.why("a", house.now), "no strategy has it, and s has not looked yet");
    house.see(topology, {"a", "b", "c", "x1", "self@h"});
    BOOST_CHECK_EQUAL(topology.why("a", house.now),
                      "found by s (key a); wanted since 0 ms; connector beam is not attached to a node; nothing is dialled");
    house.attach();
    house.run();
    house.pass(2s);
    BOOST_CHECK_EQUAL(topology.why("a", house.now), "found by s (key a); wanted since 2 s; connecting since 2 s");
    BOOST_CHECK_EQUAL(topology.why("x1", house.now), "found by s (key x1); policy.include or policy.exclude leaves it out");
    BOOST_CHECK_EQUAL(topology.why("self@h", house.now), "found by s (key self@h); it is the local node");
    house.finish("a", KITH_UNAUTHORIZED, "the cookie is wrong");
    house.run();
    BOOST_CHECK_EQUAL(topology.why("a", house.now),
                      "found by s (key a); wanted since 2 s; attempt 1 failed (unauthorized): the "
                      "cookie is wrong; the next is in 1 s");
    house.finish("b");
    house.see(topology, {"a", "c", "x1", "self@h"});
    house.pass(5s);
    BOOST_CHECK_EQUAL(topology.why("b", house.now),
                      "missing at s (key b, for 5 s in 1 observation); held since 5 s; linked since 5 s");
    house.update(topology, {}, {}, {"c"});
    house.pass(5s);
    BOOST_CHECK_EQUAL(topology.why("c", house.now),
                      "strategy s says that it is gone; unwanted since 5 s; connecting since 12 s");
    house.finish("c", KITH_REFUSED);
    house.run();
    BOOST_CHECK_EQUAL(topology.why("c", house.now), "lost 5 s ago: strategy s says that it is gone; it is parted");
    BOOST_CHECK_EQUAL(topology.why("nobody", house.now), "no strategy of this topology has it");
}

BOOST_AUTO_TEST_CASE(a_stopped_topology_takes_nothing_in) {
    House house;
    auto &topology = house.topology();
    topology.stop("the end", house.now);
    BOOST_CHECK_EQUAL(house.see(topology, {"a"}).status, KITH_CANCELLED);
    KITH_CHECK_LINES(house.told_why(), "topology.started", "topology.stopped: the end");
}

BOOST_AUTO_TEST_CASE(peers_and_sources_can_be_listed) {
    House house;
    auto &topology = house.topology({}, "t", {"one", "two"});
    house.attach({"b"});
    house.see(topology, {"a", "b"}, 0);
    topology.failed(SourceId{1}, KITH_IO, "broken", house.now);
    const auto peers = topology.peers();
    BOOST_REQUIRE_EQUAL(peers.size(), 2U);
    BOOST_CHECK_EQUAL(peers[0].name, "a");
    BOOST_CHECK(!peers[0].linked);
    BOOST_CHECK(peers[1].linked);
    const auto sources = topology.sources();
    BOOST_CHECK_EQUAL(sources[0].peers, 2U);
    BOOST_CHECK(sources[1].stale);
    BOOST_CHECK(!sources[1].looked);
    BOOST_CHECK_EQUAL(sources[1].reason, "broken");
}

BOOST_AUTO_TEST_CASE(an_empty_answer_has_its_reason) {
    House house;
    auto &topology = house.topology();
    house.told();
    topology.left_out(SourceId{0}, 0, "there is no such name", house.now);
    house.see(topology, {});
    KITH_CHECK_LINES(house.told_why(), "observation.ok: there is no such name");
    topology.left_out(SourceId{0}, 0, "there is no such name", house.now);
    house.see(topology, {});
    KITH_CHECK_LINES(house.told_why());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
