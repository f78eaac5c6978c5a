// SPDX-License-Identifier: MIT
//
// What a topology tells: readiness, staleness, and why.
#include <core/cluster/test/cluster_fixture.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(topology)

BOOST_AUTO_TEST_CASE(a_topology_is_ready_when_attached_observed_and_linked) {
    ClusterFixture fixture;
    Policy policy;
    policy.min_peers = 2;
    auto &topology = fixture.topology(policy, "t", {"one", "two"});
    fixture.attach();
    fixture.see(topology, {"a", "b"}, 0);
    fixture.up("a");
    fixture.up("b");
    fixture.run();
    BOOST_CHECK(!topology.ready()); // two has not looked
    fixture.told();
    fixture.pass(2s);
    fixture.see(topology, {}, 1);
    BOOST_CHECK(topology.ready());
    const auto events = fixture.take();
    const auto ready =
        std::find_if(events.begin(), events.end(), [](const auto &e) { return e->kind() == KITH_EVENT_TOPOLOGY_READY; });
    BOOST_REQUIRE(ready != events.end());
    BOOST_CHECK_EQUAL((*ready)->json(),
                      "{\"v\":1,\"seq\":" + std::to_string((*ready)->seq()) +
                          ",\"time\":\"1970-01-01T00:00:02.000000Z\",\"kind\":\"topology.ready\",\"topology\":\"t\","
                          "\"connector\":\"beam\",\"node\":\"self@h\",\"duration_ms\":2000,\"peers\":2,\"linked\":2}");
    fixture.down("b");
    BOOST_CHECK(!topology.ready());
    fixture.up("b");
    BOOST_CHECK(topology.ready());
    fixture.reconciler.detached(KITH_RESET, "gone", fixture.now);
    BOOST_CHECK(!topology.ready());
}

// As with two nodes of different tick times, whose link ends every few seconds, and is made again by one of them.
BOOST_AUTO_TEST_CASE(repeatedly_lost_readiness_is_not_published_each_time) {
    ClusterFixture fixture;
    Policy policy;
    policy.min_peers = 1;
    auto &topology = fixture.topology(policy);
    fixture.attach();
    fixture.see(topology, {"a"});
    fixture.told();
    const auto told_in = [&](int times, std::chrono::milliseconds up) {
        std::size_t ready = 0;
        for (int i = 0; i < times; ++i) {
            fixture.up("a");
            fixture.pass(up);
            fixture.down("a");
            for (const auto &event : fixture.take()) ready += event->kind() == KITH_EVENT_TOPOLOGY_READY;
        }
        return ready;
    };
    BOOST_CHECK_EQUAL(told_in(100, 2500ms), 2u);
    BOOST_CHECK_EQUAL(told_in(20, 60s), 0u);
    fixture.up("a");
    fixture.pass(74s);
    BOOST_CHECK(!topology.ready());
    fixture.pass(2s);
    BOOST_CHECK(topology.ready()); // nothing but time made it so
    fixture.down("a");
    fixture.told();
    BOOST_CHECK_EQUAL(told_in(3, 80s), 3u);
    // A node that restarts is no such thing.
    for (int i = 0; i < 5; ++i) {
        fixture.reconciler.detached(KITH_RESET, "gone", fixture.now);
        fixture.attach();
        fixture.up("a");
        BOOST_CHECK(topology.ready());
    }
}

BOOST_AUTO_TEST_CASE(not_ready_before_the_links_are_known) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(); // min_peers is 0
    fixture.see(topology, {"a"});
    BOOST_REQUIRE(fixture.reconciler.attached("self@h", ++fixture.epoch, fixture.now));
    fixture.run();
    BOOST_CHECK(!topology.ready());
    fixture.say_links({});
    BOOST_CHECK(topology.ready());
    // The same at each attachment.
    fixture.reconciler.detached(KITH_RESET, "gone", fixture.now);
    BOOST_REQUIRE(fixture.reconciler.attached("self@h", ++fixture.epoch, fixture.now));
    fixture.see(topology, {"a", "b"});
    BOOST_CHECK(!topology.ready());
    fixture.say_links({});
    BOOST_CHECK(topology.ready());
}

BOOST_AUTO_TEST_CASE(stale_until_every_strategy_succeeds_again) {
    ClusterFixture fixture;
    auto &topology = fixture.topology({}, "t", {"one", "two"});
    fixture.see(topology, {"a"}, 0);
    fixture.see(topology, {"b"}, 1);
    fixture.told();
    topology.failed(SourceId{0}, KITH_UNRESOLVED, "one broke", fixture.now);
    topology.failed(SourceId{1}, KITH_TIMED_OUT, "two broke", fixture.now);
    KITH_CHECK_LINES(fixture.told_why(), "observation.failed: one broke", "topology.stale: one broke",
                     "observation.failed: two broke");
    fixture.see(topology, {"a"}, 0);
    KITH_CHECK_LINES(fixture.told(), "observation.ok");
    fixture.see(topology, {"b"}, 1);
    KITH_CHECK_LINES(fixture.told(), "observation.ok", "topology.fresh");
}

BOOST_AUTO_TEST_CASE(left_out_items_are_published_when_they_change) {
    ClusterFixture fixture;
    auto &topology = fixture.topology();
    topology.left_out(SourceId{0}, 3, "not ready", fixture.now);
    fixture.see(topology, {"a"});
    auto events = fixture.take();
    BOOST_CHECK(events[1]->json().find("\"reason\":\"not ready\",\"peers\":1,\"new\":1,\"left_out\":3") !=
                std::string_view::npos);
    topology.left_out(SourceId{0}, 3, "not ready", fixture.now);
    fixture.see(topology, {"a"});
    KITH_CHECK_LINES(fixture.told());
    fixture.see(topology, {"a"});
    KITH_CHECK_LINES(fixture.told(), "observation.ok");
}

BOOST_AUTO_TEST_CASE(why_reports_the_state_and_its_reasons) {
    ClusterFixture fixture;
    Policy policy;
    policy.exclude = {"x*"};
    policy.prune = Prune::disconnect;
    policy.backoff_jitter = 0;
    policy.max_removal = 0.9;
    auto &topology = fixture.topology(policy);
    BOOST_CHECK_EQUAL(topology.why("a", fixture.now), "no strategy has it, and s has not reported yet");
    fixture.see(topology, {"a", "b", "c", "x1", "self@h"});
    BOOST_CHECK_EQUAL(topology.why("a", fixture.now),
                      "found by s (key a); wanted since 0 ms; connector beam is not attached to a node; kith connects no peer");
    fixture.attach();
    fixture.run();
    fixture.pass(2s);
    BOOST_CHECK_EQUAL(topology.why("a", fixture.now), "found by s (key a); wanted since 2 s; connecting since 2 s");
    BOOST_CHECK_EQUAL(topology.why("x1", fixture.now), "found by s (key x1); policy.include or policy.exclude excludes it");
    BOOST_CHECK_EQUAL(topology.why("self@h", fixture.now), "found by s (key self@h); it is the local node");
    fixture.finish("a", KITH_UNAUTHORIZED, "the cookie is wrong");
    fixture.run();
    BOOST_CHECK_EQUAL(topology.why("a", fixture.now),
                      "found by s (key a); wanted since 2 s; attempt 1 failed (unauthorized): the "
                      "cookie is wrong; the next is in 1 s");
    fixture.finish("b");
    fixture.see(topology, {"a", "c", "x1", "self@h"});
    fixture.pass(5s);
    BOOST_CHECK_EQUAL(topology.why("b", fixture.now),
                      "missing at s (key b, for 5 s in 1 observation); held since 5 s; linked since 5 s");
    fixture.update(topology, {}, {}, {"c"});
    fixture.pass(5s);
    BOOST_CHECK_EQUAL(topology.why("c", fixture.now),
                      "strategy s reports that it is gone; unwanted since 5 s; connecting since 12 s");
    fixture.finish("c", KITH_REFUSED);
    fixture.run();
    BOOST_CHECK_EQUAL(topology.why("c", fixture.now), "lost 5 s ago: strategy s reports that it is gone; it is disconnected");
    BOOST_CHECK_EQUAL(topology.why("nobody", fixture.now), "no strategy of this topology has it");
}

BOOST_AUTO_TEST_CASE(a_stopped_topology_refuses_reports) {
    ClusterFixture fixture;
    auto &topology = fixture.topology();
    topology.stop("the end", fixture.now);
    BOOST_CHECK_EQUAL(fixture.see(topology, {"a"}).status, KITH_CANCELLED);
    KITH_CHECK_LINES(fixture.told_why(), "topology.started", "topology.stopped: the end");
}

BOOST_AUTO_TEST_CASE(peers_and_sources_can_be_listed) {
    ClusterFixture fixture;
    auto &topology = fixture.topology({}, "t", {"one", "two"});
    fixture.attach({"b"});
    fixture.see(topology, {"a", "b"}, 0);
    topology.failed(SourceId{1}, KITH_IO, "broken", fixture.now);
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

BOOST_AUTO_TEST_CASE(an_empty_observation_has_a_reason) {
    ClusterFixture fixture;
    auto &topology = fixture.topology();
    fixture.told();
    topology.left_out(SourceId{0}, 0, "there is no such name", fixture.now);
    fixture.see(topology, {});
    KITH_CHECK_LINES(fixture.told_why(), "observation.ok: there is no such name");
    topology.left_out(SourceId{0}, 0, "there is no such name", fixture.now);
    fixture.see(topology, {});
    KITH_CHECK_LINES(fixture.told_why());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
