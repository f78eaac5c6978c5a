// SPDX-License-Identifier: MIT
//
// What should be against what is: dialling, limits, backoff, epochs.
#include <core/cluster/test/membership/policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(reconciler)

BOOST_AUTO_TEST_CASE(from_attachment_to_link) {
    House house;
    auto &topology = house.topology(quick());
    house.see(topology, {{"1", "a", {{"zone", "x"}}}});
    KITH_CHECK_LINES(house.calls());
    house.attach();
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a");
    BOOST_CHECK_EQUAL(house.connector.attributes["a"]["zone"], "x");
    BOOST_CHECK_EQUAL(house.connector.last_key, "1");
    house.told();
    house.now += 3'000'000;
    house.finish("a");
    house.run();
    KITH_CHECK_LINES(house.told(), "link.up a", "connect.succeeded a");
    BOOST_CHECK_EQUAL(topology.linked(), 1U);
}

BOOST_AUTO_TEST_CASE(nothing_before_the_links_are_known) {
    House house;
    auto &topology = house.topology(quick());
    house.see(topology, {"a"});
    BOOST_REQUIRE(house.reconciler.attached("self@h", ++house.epoch, house.now));
    house.see(topology, {"a", "b"});
    KITH_CHECK_LINES(house.calls());
    house.pass(5s);
    BOOST_CHECK_EQUAL(house.connector.refreshes, 1); // it is asked to say them
    house.pass(30s);
    BOOST_CHECK_EQUAL(house.connector.refreshes, 2); // and again
    BOOST_CHECK(!topology.ready());
    house.say_links({"a"});
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect b"); // a was linked already
    BOOST_CHECK_EQUAL(topology.linked(), 1U);
}

BOOST_AUTO_TEST_CASE(never_more_than_the_limit) {
    House house;
    Policy policy = quick();
    policy.connect_parallel = 4;
    auto &topology = house.topology(policy);
    house.attach();
    house.see(topology, peers_named("p", 20));
    BOOST_CHECK_EQUAL(house.connector.open.size(), 4U);
    std::size_t ended = 0;
    while (!house.connector.open.empty()) {
        house.finish(house.connector.open.front().name);
        house.run();
        ++ended;
    }
    BOOST_CHECK_EQUAL(ended, 20U);
    BOOST_CHECK_EQUAL(house.connector.most_connects, 4U);
    BOOST_CHECK_EQUAL(topology.linked(), 20U);
}

BOOST_AUTO_TEST_CASE(the_smallest_limit_counts) {
    House house{3};
    Policy policy = quick();
    policy.connect_parallel = 8;
    auto &first = house.topology(policy, "first");
    house.attach();
    house.see(first, peers_named("p", 20));
    BOOST_CHECK_EQUAL(house.connector.open.size(), 3U); // the descriptor's
    policy.connect_parallel = 2;
    auto &second = house.topology(policy, "second");
    house.see(second, peers_named("q", 20));
    while (!house.connector.open.empty()) {
        house.finish(house.connector.open.front().name);
        house.run();
        BOOST_CHECK_LE(house.connector.open.size(), 2U);
    }
}

BOOST_AUTO_TEST_CASE(backoff_doubles_for_ever_up_to_its_bound) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a"});
    std::vector<Time> waits;
    for (int i = 0; i < 9; ++i) {
        const Time failed_at = house.now;
        house.finish("a", KITH_REFUSED, "nobody listens");
        house.run();
        house.calls();
        while (house.connector.open.empty()) house.pass(500ms);
        waits.push_back((house.now - failed_at) / 1'000'000'000);
    }
    BOOST_TEST(waits == (std::vector<Time>{1, 2, 4, 8, 16, 32, 60, 60, 60}), boost::test_tools::per_element());
    BOOST_CHECK_EQUAL(house.reconciler.why("a", house.now), "connecting since 0 ms");
    house.finish("a", KITH_REFUSED, "nobody listens");
    house.run();
    BOOST_CHECK_EQUAL(house.reconciler.why("a", house.now), "attempt 10 failed (refused): nobody listens; the next is in 60 s");
}

BOOST_AUTO_TEST_CASE(jitter_spreads_the_retries) {
    House house{0, 7};
    Policy policy = quick();
    policy.backoff_jitter = 0.2;
    auto &topology = house.topology(policy);
    house.attach();
    house.see(topology, peers_named("p", 16));
    const Time failed_at = house.now;
    while (!house.connector.open.empty()) house.finish(house.connector.open.front().name, KITH_REFUSED);
    house.run();
    house.pass(2s);
    std::set<Time> moments;
    for (const auto &call : house.connector.open) {
        moments.insert(call.at);
        BOOST_CHECK_GE(call.at - failed_at, 800'000'000U);
        BOOST_CHECK_LE(call.at - failed_at, 1'200'000'000U);
    }
    BOOST_CHECK_GT(moments.size(), 10U);
}

BOOST_AUTO_TEST_CASE(a_refused_call_backs_off_too) {
    House house;
    auto &topology = house.topology(quick());
    house.connector.refuse = KITH_BUSY;
    house.attach();
    house.see(topology, {"a"});
    KITH_CHECK_LINES(house.calls(), "connect a");
    house.pass(900ms);
    KITH_CHECK_LINES(house.calls());
    house.pass(100ms);
    KITH_CHECK_LINES(house.calls(), "connect a");
    BOOST_CHECK_EQUAL(count(house.told_why(), "connect.failed a: refused by the test"), 2U);
}

BOOST_AUTO_TEST_CASE(new_peers_go_before_retries) {
    House house;
    Policy policy = quick();
    policy.connect_parallel = 1;
    auto &topology = house.topology(policy);
    house.attach();
    house.see(topology, {"a"});
    house.finish("a", KITH_REFUSED);
    house.see(topology, {"a", "b", "c"});
    KITH_CHECK_LINES(house.calls(), "connect a", "connect b");
    house.now += 2'000'000'000; // a's backoff is over
    house.run();
    house.finish("b");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect c");
    house.finish("c");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_mute_peer_is_cancelled_at_the_timeout) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a"});
    house.told();
    house.pass(7999ms);
    BOOST_CHECK_EQUAL(house.connector.cancels, 0);
    house.pass(1ms);
    BOOST_CHECK_EQUAL(house.connector.cancels, 1);
    KITH_CHECK_LINES(house.told()); // not before it has ended
    house.finish("a", KITH_CANCELLED, "cancelled");
    house.run();
    KITH_CHECK_LINES(house.told_why(), "connect.failed a: no answer within 8 s");
}

BOOST_AUTO_TEST_CASE(a_connector_that_does_not_even_cancel_loses_the_operation) {
    House house;
    Policy policy = quick();
    policy.connect_parallel = 1;
    auto &topology = house.topology(policy);
    house.attach();
    house.see(topology, {"a"});
    house.pass(13s);
    BOOST_CHECK_EQUAL(house.reconciler.connects_in_flight(), 0U);
    const auto late = house.connector.open.front();
    house.connector.open.clear();
    house.pass(1s);
    BOOST_CHECK_EQUAL(house.connector.open.size(), 1U); // it was tried again
    BOOST_CHECK_EQUAL(house.reconciler.done(late.op, KITH_OK, {}, house.now).status, KITH_STALE);
}

BOOST_AUTO_TEST_CASE(mute_peers_do_not_delay_the_others) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        House house{0, seed};
        auto &topology = house.topology(quick());
        house.attach();
        std::vector<PeerSpec> peers = peers_named("mute", 40);
        for (const auto &peer : peers_named("real", 60)) peers.push_back(peer);
        house.see(topology, peers);
        const Time begin = house.now;
        while (topology.linked() < 60 && house.now < begin + 60'000'000'000U) {
            house.now += 1'000'000;
            const auto open = house.connector.open;
            for (const auto &call : open) {
                if (call.cancelled) {
                    house.finish(call.name, KITH_CANCELLED);
                } else if (call.name.starts_with("real") && house.now - call.at >= 10'000'000) {
                    house.finish(call.name);
                }
            }
            house.run();
            BOOST_REQUIRE_LE(house.connector.open.size(), 16U);
        }
        // 60 in rounds of 16 at 10 ms are 40 ms; the mute ones cost their share of slots and three times the patience of 40 ms.
        BOOST_CHECK_EQUAL(topology.linked(), 60U);
        BOOST_CHECK_LE(house.now - begin, 400'000'000U);
    }
}

BOOST_AUTO_TEST_CASE(a_slow_peer_that_gave_way_gets_its_time_later) {
    House house;
    Policy policy = quick();
    policy.connect_parallel = 1;
    auto &topology = house.topology(policy);
    house.attach();
    house.see(topology, {"quick1"});
    house.now += 5'000'000;
    house.finish("quick1");
    house.see(topology, {"quick1", "slow"});
    house.see(topology, {"quick1", "slow", "quick2"});
    house.told();
    house.pass(20ms);
    BOOST_CHECK(house.connector.open.front().cancelled);
    house.finish("slow", KITH_CANCELLED);
    house.run();
    KITH_CHECK_LINES(house.told_why(), "connect.failed slow: no answer within 20 ms; gave way to peers that were not tried yet",
                     "connect.started quick2");
    house.finish("quick2");
    house.pass(1s);
    KITH_CHECK_LINES(house.told(), "link.up quick2", "connect.succeeded quick2", "connect.started slow");
    house.pass(7s);
    BOOST_CHECK(!house.connector.open.front().cancelled); // nobody waits
    house.see(topology, {"quick1", "slow", "quick2", "quick3"});
    BOOST_CHECK(house.connector.open.front().cancelled); // now somebody does, and it has had more than its 80 ms
}

BOOST_AUTO_TEST_CASE(success_without_a_link_is_a_failure) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a"});
    house.told();
    const auto call = house.connector.open.front();
    house.connector.open.clear();
    BOOST_REQUIRE(house.reconciler.done(call.op, KITH_OK, {}, house.now));
    house.run();
    KITH_CHECK_LINES(house.told(), "connect.succeeded a");
    house.pass(4999ms);
    KITH_CHECK_LINES(house.told());
    house.pass(1ms);
    KITH_CHECK_LINES(house.told_why(), "connect.failed a: the connector says it is joined, but no link came up within 5 s");
    house.pass(1s);
    KITH_CHECK_LINES(house.told(), "connect.started a");
}

BOOST_AUTO_TEST_CASE(a_failed_connect_to_a_linked_peer_is_fine) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a"});
    house.up("a"); // it came by itself
    house.told();
    house.finish("a", KITH_EXISTS, "already connected");
    house.run();
    KITH_CHECK_LINES(house.told(), "connect.succeeded a");
    house.pass(1min);
    KITH_CHECK_LINES(house.told());
}

BOOST_AUTO_TEST_CASE(a_lost_link_is_dialled_again) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    house.see(topology, {"a"});
    house.pass(1min);
    house.calls();
    house.down("a", "the other side went away");
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_link_that_does_not_hold_is_not_dialled_in_a_loop) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    house.see(topology, {"a"});
    for (int i = 0; i < 600; ++i) {
        house.pass(100ms);
        if (house.reconciler.link_count() == 1) house.down("a", "kicked");
        house.run();
    }
    BOOST_CHECK_LE(house.calls().size(), 8U); // at 0, 1, 2, 4, 8, 16, 32 s of waiting
}

// As with two nodes of different tick times: what ends after a while is dialled at once, what does so again is not.
BOOST_AUTO_TEST_CASE(a_link_that_never_settles_is_dialled_with_backoff) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a"});
    std::vector<Time> waits;
    const auto held = [&](std::chrono::seconds time) {
        house.finish("a");
        house.pass(time);
        house.down("a");
        const Time lost_at = house.now;
        house.run();
        while (house.connector.open.empty()) house.pass(500ms);
        waits.push_back((house.now - lost_at) / 1'000'000'000);
    };
    for (int i = 0; i < 5; ++i) held(20s);
    held(76s);
    held(20s);
    BOOST_TEST(waits == (std::vector<Time>{0, 1, 2, 4, 8, 0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(while_detached_nothing_is_dialled_and_no_backoff_grows) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.see(topology, {"a", "b"});
    house.up("b");
    house.told();
    house.reconciler.detached(KITH_RESET, "the node went away", house.now);
    house.run();
    BOOST_CHECK_EQUAL(house.connector.cancels, 2); // what was under way
    for (const auto &call : std::exchange(house.connector.open, {}))
        BOOST_CHECK(house.reconciler.done(call.op, KITH_RESET, "the node went away", house.now));
    house.calls();
    house.pass(1h);
    KITH_CHECK_LINES(house.calls());
    KITH_CHECK_LINES(house.told(), "connector.detached");
    BOOST_CHECK_EQUAL(house.reconciler.connects_in_flight(), 0U);
    house.attach({"b"});
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a"); // at once
    KITH_CHECK_LINES(house.told(), "connector.attached", "topology.ready", "connect.started a");
}

BOOST_AUTO_TEST_CASE(detached_is_told_again_when_the_reason_changes) {
    House house;
    house.reconciler.detached(KITH_REFUSED, "no epmd", house.now);
    house.reconciler.detached(KITH_REFUSED, "no epmd", house.now);
    house.reconciler.detached(KITH_NOT_FOUND, "no such node", house.now);
    KITH_CHECK_LINES(house.told_why(), "connector.detached: no epmd", "connector.detached: no such node");
}

BOOST_AUTO_TEST_CASE(older_epochs_are_dropped) {
    House house;
    auto &topology = house.topology(quick());
    house.see(topology, {"a"});
    house.attach();
    house.attach();
    BOOST_CHECK_EQUAL(house.reconciler.link_up(1, {"a", {}}, house.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(house.reconciler.link_down(1, "a", "", house.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(house.reconciler.links(1, {}, house.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(house.reconciler.attached("self@h", 2, house.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(house.reconciler.attached("self@h", 1, house.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(house.reconciler.link_count(), 0U);
    house.reconciler.detached(KITH_RESET, "gone", house.now);
    BOOST_CHECK_EQUAL(house.reconciler.link_up(2, {"a", {}}, house.now).status, KITH_STALE);
}

BOOST_AUTO_TEST_CASE(the_complete_set_is_the_truth) {
    House house;
    auto &topology = house.topology(quick());
    house.automatic = true;
    house.attach();
    house.see(topology, {"a", "b"});
    house.pass(1min);
    house.told();
    house.calls();
    house.say_links({"b", "c"});
    house.run();
    KITH_CHECK_LINES(house.told(), "link.up c", "link.down a", "connect.started a", "link.up a", "connect.succeeded a");
    KITH_CHECK_LINES(house.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_new_instance_of_the_plugin_begins_with_epoch_one) {
    House house;
    auto &topology = house.topology(quick());
    house.attach();
    house.attach();
    house.see(topology, {"a"});
    const auto before = house.connector.open.front();
    house.reconciler.lost(KITH_INTERNAL, "it crashed", house.now);
    house.connector.open.clear();
    house.calls();
    house.epoch = 0;
    house.attach();
    house.run();
    KITH_CHECK_LINES(house.calls(), "connect a");
    BOOST_CHECK_EQUAL(house.reconciler.done(before.op, KITH_OK, {}, house.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(house.reconciler.connects_in_flight(), 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
