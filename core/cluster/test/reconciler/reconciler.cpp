// SPDX-License-Identifier: MIT
//
// Wanted peers against existing links: connects, limits, attachments, epochs.
#include <core/cluster/test/membership/test_policies.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(reconciler)

BOOST_AUTO_TEST_CASE(from_attachment_to_link) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick());
    fixture.see(topology, {{"1", "a", {{"zone", "x"}}}});
    KITH_CHECK_LINES(fixture.calls());
    fixture.attach();
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    BOOST_CHECK_EQUAL(fixture.connector.attributes["a"]["zone"], "x");
    BOOST_CHECK_EQUAL(fixture.connector.last_key, "1");
    fixture.told();
    fixture.now += 3'000'000;
    fixture.finish("a");
    fixture.run();
    KITH_CHECK_LINES(fixture.told(), "link.up a", "connect.succeeded a");
    BOOST_CHECK_EQUAL(topology.linked(), 1U);
}

BOOST_AUTO_TEST_CASE(no_connect_before_the_links_are_known) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick());
    fixture.see(topology, {"a"});
    BOOST_REQUIRE(fixture.reconciler.attached("self@h", ++fixture.epoch, fixture.now));
    fixture.see(topology, {"a", "b"});
    KITH_CHECK_LINES(fixture.calls());
    fixture.pass(5s);
    BOOST_CHECK_EQUAL(fixture.connector.refreshes, 1); // it is asked to say them
    fixture.pass(30s);
    BOOST_CHECK_EQUAL(fixture.connector.refreshes, 2); // and again
    BOOST_CHECK(!topology.ready());
    fixture.say_links({"a"});
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect b"); // a was linked already
    BOOST_CHECK_EQUAL(topology.linked(), 1U);
}

BOOST_AUTO_TEST_CASE(no_more_operations_than_the_limit) {
    Policy policy = quick();
    policy.connect_parallel = 4;
    AttachedTopology fixture{policy};
    auto &topology = fixture.topology;
    fixture.see(topology, peers_named("p", 20));
    BOOST_CHECK_EQUAL(fixture.connector.open.size(), 4U);
    std::size_t ended = 0;
    while (!fixture.connector.open.empty()) {
        fixture.finish(fixture.connector.open.front().name);
        fixture.run();
        ++ended;
    }
    BOOST_CHECK_EQUAL(ended, 20U);
    BOOST_CHECK_EQUAL(fixture.connector.most_connects, 4U);
    BOOST_CHECK_EQUAL(topology.linked(), 20U);
}

BOOST_AUTO_TEST_CASE(the_smallest_limit_of_the_topologies_applies) {
    ClusterFixture fixture{3};
    Policy policy = quick();
    policy.connect_parallel = 8;
    auto &first = fixture.topology(policy, "first");
    fixture.attach();
    fixture.see(first, peers_named("p", 20));
    BOOST_CHECK_EQUAL(fixture.connector.open.size(), 3U); // the descriptor's
    policy.connect_parallel = 2;
    auto &second = fixture.topology(policy, "second");
    fixture.see(second, peers_named("q", 20));
    while (!fixture.connector.open.empty()) {
        fixture.finish(fixture.connector.open.front().name);
        fixture.run();
        BOOST_CHECK_LE(fixture.connector.open.size(), 2U);
    }
}

BOOST_AUTO_TEST_CASE(a_lost_link_is_connected_again) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a"});
    fixture.pass(1min);
    fixture.calls();
    fixture.down("a", "the other side went away");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(while_detached_nothing_is_connected_and_no_backoff_grows) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a", "b"});
    fixture.up("b");
    fixture.told();
    fixture.reconciler.detached(KITH_RESET, "the node went away", fixture.now);
    fixture.run();
    BOOST_CHECK_EQUAL(fixture.connector.cancels, 2); // what was under way
    for (const auto &call : std::exchange(fixture.connector.open, {}))
        BOOST_CHECK(fixture.reconciler.done(call.op, KITH_RESET, "the node went away", fixture.now));
    fixture.calls();
    fixture.pass(1h);
    KITH_CHECK_LINES(fixture.calls());
    KITH_CHECK_LINES(fixture.told(), "connector.detached");
    BOOST_CHECK_EQUAL(fixture.reconciler.connects_in_flight(), 0U);
    fixture.attach({"b"});
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a"); // at once
    KITH_CHECK_LINES(fixture.told(), "connector.attached", "topology.ready", "connect.started a");
}

BOOST_AUTO_TEST_CASE(detached_is_published_again_when_the_reason_changes) {
    ClusterFixture fixture;
    fixture.reconciler.detached(KITH_REFUSED, "no epmd", fixture.now);
    fixture.reconciler.detached(KITH_REFUSED, "no epmd", fixture.now);
    fixture.reconciler.detached(KITH_NOT_FOUND, "no such node", fixture.now);
    KITH_CHECK_LINES(fixture.told_why(), "connector.detached: no epmd", "connector.detached: no such node");
}

BOOST_AUTO_TEST_CASE(older_epochs_are_dropped) {
    ClusterFixture fixture;
    auto &topology = fixture.topology(quick());
    fixture.see(topology, {"a"});
    fixture.attach();
    fixture.attach();
    BOOST_CHECK_EQUAL(fixture.reconciler.link_up(1, {"a", {}}, fixture.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(fixture.reconciler.link_down(1, "a", "", fixture.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(fixture.reconciler.links(1, {}, fixture.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(fixture.reconciler.attached("self@h", 2, fixture.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(fixture.reconciler.attached("self@h", 1, fixture.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(fixture.reconciler.link_count(), 0U);
    fixture.reconciler.detached(KITH_RESET, "gone", fixture.now);
    BOOST_CHECK_EQUAL(fixture.reconciler.link_up(2, {"a", {}}, fixture.now).status, KITH_STALE);
}

BOOST_AUTO_TEST_CASE(links_replaces_the_known_links) {
    AttachedTopology fixture{quick(), automatic_operations};
    auto &topology = fixture.topology;
    fixture.see(topology, {"a", "b"});
    fixture.pass(1min);
    fixture.told();
    fixture.calls();
    fixture.say_links({"b", "c"});
    fixture.run();
    KITH_CHECK_LINES(fixture.told(), "link.up c", "link.down a", "connect.started a", "link.up a", "connect.succeeded a");
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_new_instance_of_the_plugin_begins_with_epoch_one) {
    AttachedTopology fixture{quick()};
    auto &topology = fixture.topology;
    fixture.attach();
    fixture.see(topology, {"a"});
    const auto before = fixture.connector.open.front();
    fixture.reconciler.lost(KITH_INTERNAL, "it crashed", fixture.now);
    fixture.connector.open.clear();
    fixture.calls();
    fixture.epoch = 0;
    fixture.attach();
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    BOOST_CHECK_EQUAL(fixture.reconciler.done(before.op, KITH_OK, {}, fixture.now).status, KITH_STALE);
    BOOST_CHECK_EQUAL(fixture.reconciler.connects_in_flight(), 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
