// SPDX-License-Identifier: MIT
//
// Failed and slow connects: backoff, timeouts, peers that give way, links that are too short.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(reconciler)

BOOST_AUTO_TEST_CASE(backoff_doubles_up_to_its_maximum) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    std::vector<Time> waits;
    for (int i = 0; i < 9; ++i) {
        const Time failed_at = fixture.now;
        fixture.finish("a", KITH_REFUSED, "nobody listens");
        fixture.run();
        fixture.calls();
        while (fixture.connector.open.empty()) fixture.pass(500ms);
        waits.push_back((fixture.now - failed_at) / 1'000'000'000);
    }
    BOOST_TEST(waits == (std::vector<Time>{1, 2, 4, 8, 16, 32, 60, 60, 60}), boost::test_tools::per_element());
    BOOST_CHECK_EQUAL(fixture.reconciler.why("a", fixture.now), "connecting since 0 ms");
    fixture.finish("a", KITH_REFUSED, "nobody listens");
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.reconciler.why("a", fixture.now),
                      "attempt 10 failed (refused): nobody listens; the next is in 60 s");
}

BOOST_AUTO_TEST_CASE(jitter_spreads_the_retries) {
    ClusterFixture fixture{0, 7};
    Policy policy = quick();
    policy.backoff_jitter = 0.2;
    auto &topology = fixture.topology(policy);
    fixture.attach();
    fixture.see(topology, peers_named("p", 16));
    const Time failed_at = fixture.now;
    while (!fixture.connector.open.empty()) fixture.finish(fixture.connector.open.front().name, KITH_REFUSED);
    fixture.run();
    fixture.pass(2s);
    std::set<Time> moments;
    for (const auto &call : fixture.connector.open) {
        moments.insert(call.at);
        BOOST_CHECK_GE(call.at - failed_at, 800'000'000U);
        BOOST_CHECK_LE(call.at - failed_at, 1'200'000'000U);
    }
    BOOST_CHECK_GT(moments.size(), 10U);
}

BOOST_AUTO_TEST_CASE(a_refused_call_backs_off_too) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick());
    fixture.connector.refuse = KITH_BUSY;
    fixture.attach();
    fixture.see(topology, {"a"});
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    fixture.pass(900ms);
    KITH_CHECK_LINES(fixture.calls());
    fixture.pass(100ms);
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    BOOST_CHECK_EQUAL(count(fixture.told_why(), "connect.failed a: refused by the test"), 2U);
}

BOOST_AUTO_TEST_CASE(first_connects_come_before_retries) {
    Policy policy = quick();
    policy.connect_parallel = 1;
    AttachedTopology fixture{policy};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.finish("a", KITH_REFUSED);
    fixture.see(topology, {"a", "b", "c"});
    KITH_CHECK_LINES(fixture.calls(), "connect a", "connect b");
    fixture.now += 2'000'000'000; // a's backoff is over
    fixture.run();
    fixture.finish("b");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect c");
    fixture.finish("c");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(an_unresponsive_peer_is_cancelled_at_the_timeout) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.told();
    fixture.pass(7999ms);
    BOOST_CHECK_EQUAL(fixture.connector.cancels, 0);
    fixture.pass(1ms);
    BOOST_CHECK_EQUAL(fixture.connector.cancels, 1);
    KITH_CHECK_LINES(fixture.told()); // not before it has ended
    fixture.finish("a", KITH_CANCELLED, "cancelled");
    fixture.run();
    KITH_CHECK_LINES(fixture.told_why(), "connect.failed a: no answer within 8 s");
}

BOOST_AUTO_TEST_CASE(an_operation_that_is_not_done_after_its_cancel_is_forgotten) {
    Policy policy = quick();
    policy.connect_parallel = 1;
    AttachedTopology fixture{policy};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.pass(13s);
    BOOST_CHECK_EQUAL(fixture.reconciler.connects_in_flight(), 0U);
    const auto late = fixture.connector.open.front();
    fixture.connector.open.clear();
    fixture.pass(1s);
    BOOST_CHECK_EQUAL(fixture.connector.open.size(), 1U); // it was tried again
    BOOST_CHECK_EQUAL(fixture.reconciler.done(late.op, KITH_OK, {}, fixture.now).status, KITH_STALE);
}

BOOST_AUTO_TEST_CASE(unresponsive_peers_do_not_delay_the_others) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        ClusterFixture fixture{0, seed};
        auto &topology = fixture.topology(quick());
        fixture.attach();
        std::vector<PeerSpec> peers = peers_named("mute", 40);
        for (const auto &peer : peers_named("real", 60)) peers.push_back(peer);
        fixture.see(topology, peers);
        const Time begin = fixture.now;
        while (topology.linked() < 60 && fixture.now < begin + 60'000'000'000U) {
            fixture.now += 1'000'000;
            const auto open = fixture.connector.open;
            for (const auto &call : open) {
                if (call.cancelled) {
                    fixture.finish(call.name, KITH_CANCELLED);
                } else if (call.name.starts_with("real") && fixture.now - call.at >= 10'000'000) {
                    fixture.finish(call.name);
                }
            }
            fixture.run();
            BOOST_REQUIRE_LE(fixture.connector.open.size(), 16U);
        }
        // 60 in rounds of 16 at 10 ms are 40 ms; the unresponsive ones cost their share of slots and three times the timeout of 40 ms.
        BOOST_CHECK_EQUAL(topology.linked(), 60U);
        BOOST_CHECK_LE(fixture.now - begin, 400'000'000U);
    }
}

BOOST_AUTO_TEST_CASE(a_slow_peer_cancelled_for_others_gets_a_longer_timeout_later) {
    Policy policy = quick();
    policy.connect_parallel = 1;
    AttachedTopology fixture{policy};
    auto &topology = fixture.topology;
    fixture.see(topology, {"quick1"});
    fixture.now += 5'000'000;
    fixture.finish("quick1");
    fixture.see(topology, {"quick1", "slow"});
    fixture.see(topology, {"quick1", "slow", "quick2"});
    fixture.told();
    fixture.pass(20ms);
    BOOST_CHECK(fixture.connector.open.front().cancelled);
    fixture.finish("slow", KITH_CANCELLED);
    fixture.run();
    KITH_CHECK_LINES(fixture.told_why(),
                     "connect.failed slow: no answer within 20 ms; gave way to peers that were not tried yet",
                     "connect.started quick2");
    fixture.finish("quick2");
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told(), "link.up quick2", "connect.succeeded quick2", "connect.started slow");
    fixture.pass(7s);
    BOOST_CHECK(!fixture.connector.open.front().cancelled); // nobody waits
    fixture.see(topology, {"quick1", "slow", "quick2", "quick3"});
    BOOST_CHECK(fixture.connector.open.front().cancelled); // now somebody does, and it has had more than its 80 ms
}

BOOST_AUTO_TEST_CASE(success_without_a_link_is_a_failure) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.told();
    const auto call = fixture.connector.open.front();
    fixture.connector.open.clear();
    BOOST_REQUIRE(fixture.reconciler.done(call.op, KITH_OK, {}, fixture.now));
    fixture.run();
    KITH_CHECK_LINES(fixture.told(), "connect.succeeded a");
    fixture.pass(4999ms);
    KITH_CHECK_LINES(fixture.told());
    fixture.pass(1ms);
    KITH_CHECK_LINES(fixture.told_why(),
                     "connect.failed a: the connector reported the peer as connected, but no link came up within 5 s");
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told(), "connect.started a");
}

BOOST_AUTO_TEST_CASE(a_failed_connect_to_a_linked_peer_counts_as_success) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.up("a"); // it came by itself
    fixture.told();
    fixture.finish("a", KITH_EXISTS, "already connected");
    fixture.run();
    KITH_CHECK_LINES(fixture.told(), "connect.succeeded a");
    fixture.pass(1min);
    KITH_CHECK_LINES(fixture.told());
}

BOOST_AUTO_TEST_CASE(a_short_link_is_connected_again_with_backoff) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    for (int i = 0; i < 600; ++i) {
        fixture.pass(100ms);
        if (fixture.reconciler.link_count() == 1) fixture.down("a", "kicked");
        fixture.run();
    }
    BOOST_CHECK_LE(fixture.calls().size(), 8U); // at 0, 1, 2, 4, 8, 16, 32 s of waiting
}

// As with two nodes of different tick times: what ends after a while is dialled at once, what does so again is not.
BOOST_AUTO_TEST_CASE(links_shorter_than_75_seconds_get_backoff_from_the_second_on) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    std::vector<Time> waits;
    const auto held = [&](std::chrono::seconds time) {
        fixture.finish("a");
        fixture.pass(time);
        fixture.down("a");
        const Time lost_at = fixture.now;
        fixture.run();
        while (fixture.connector.open.empty()) fixture.pass(500ms);
        waits.push_back((fixture.now - lost_at) / 1'000'000'000);
    };
    for (int i = 0; i < 5; ++i) held(20s);
    held(76s);
    held(20s);
    BOOST_TEST(waits == (std::vector<Time>{0, 1, 2, 4, 8, 0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
