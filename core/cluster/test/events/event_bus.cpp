// SPDX-License-Identifier: MIT
#include <core/cluster/events/event_bus.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(event_bus)

namespace {

std::uint64_t publish(EventBus &bus, std::uint32_t kind = KITH_EVENT_LINK_UP, std::string_view peer = "p") {
    Event event;
    event.kind = kind;
    event.peer = peer;
    return bus.publish(event, 0);
}

std::vector<std::uint64_t> take(EventBus &bus, SubscriberId id, std::size_t most = 1000) {
    std::vector<EventRef> events;
    bus.take(id, most, events);
    std::vector<std::uint64_t> seqs;
    for (const auto &event : events) seqs.push_back(event->kind() == KITH_EVENT_EVENTS_LOST ? 0 : event->seq());
    return seqs;
}

using Seqs = std::vector<std::uint64_t>;

} // namespace

BOOST_AUTO_TEST_CASE(events_are_numbered_and_dated) {
    EventBus bus;
    bus.set_wall(1'000, 1'795'389'300'000'000'000);
    const auto all = bus.subscribe({});
    Event event;
    event.kind = KITH_EVENT_PEER_LOST;
    BOOST_CHECK_EQUAL(bus.publish(event, 1'000), 1U);
    BOOST_CHECK_EQUAL(bus.publish(event, 124'456'000), 2U);
    std::vector<EventRef> events;
    BOOST_CHECK_EQUAL(bus.take(all, 10, events), 2U);
    BOOST_CHECK_EQUAL(events[1]->json(), R"({"v":1,"seq":2,"time":"2026-11-22T23:15:00.124455Z","kind":"peer.lost"})");
    BOOST_CHECK_EQUAL(events[1]->time(), 1'795'389'300'124'455'000);
}

BOOST_AUTO_TEST_CASE(subscribers_receive_only_kinds_in_their_mask) {
    EventBus bus;
    const auto links = bus.subscribe({.mask = std::uint64_t{1} << KITH_EVENT_LINK_UP, .notify = {}});
    publish(bus);
    publish(bus, KITH_EVENT_LINK_DOWN);
    publish(bus);
    BOOST_TEST(take(bus, links) == (Seqs{1, 3}), boost::test_tools::per_element());
    bus.set_mask(links, std::uint64_t{1} << KITH_EVENT_LINK_DOWN);
    publish(bus);
    publish(bus, KITH_EVENT_LINK_DOWN);
    BOOST_TEST(take(bus, links) == (Seqs{5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(stored_events_are_replayed) {
    EventBus bus{{4, 1'000'000}};
    for (int i = 0; i < 6; ++i) publish(bus);
    BOOST_TEST(take(bus, bus.subscribe({all_events, 100, 0, {}})) == (Seqs{3, 4, 5, 6}), boost::test_tools::per_element());
    BOOST_TEST(take(bus, bus.subscribe({all_events, 100, 4, {}})) == (Seqs{5, 6}), boost::test_tools::per_element());
    BOOST_TEST(take(bus, bus.subscribe({all_events, 100, 6, {}})).empty());
    BOOST_TEST(take(bus, bus.subscribe({})).empty());
}

BOOST_AUTO_TEST_CASE(the_ring_has_a_limit_in_bytes) {
    EventBus bus{{1000, 10'000}};
    for (int i = 0; i < 100; ++i) publish(bus, KITH_EVENT_LINK_UP, std::string(200, 'x'));
    std::size_t bytes = 0;
    for (const auto &event : bus.kept()) bytes += event->bytes();
    BOOST_CHECK_LE(bytes, 10'000U);
    BOOST_CHECK_GE(bus.kept().size(), 10U);
    BOOST_CHECK_EQUAL(bus.kept().back()->seq(), 100U);
}

BOOST_AUTO_TEST_CASE(a_slow_subscriber_loses_its_oldest_events_and_gets_events_lost) {
    EventBus bus;
    const auto slow = bus.subscribe({all_events, 3, ~std::uint64_t{0}, {}});
    const auto quick = bus.subscribe({});
    for (int i = 0; i < 10; ++i) publish(bus);
    BOOST_CHECK_EQUAL(bus.lost(slow), 7U);
    std::vector<EventRef> events;
    BOOST_CHECK_EQUAL(bus.take(slow, 2, events), 2U);
    BOOST_CHECK_EQUAL(events[0]->kind(), KITH_EVENT_EVENTS_LOST);
    BOOST_CHECK_EQUAL(events[0]->seq(), 7U);
    BOOST_CHECK(events[0]->json().find("\"lost\":7") != std::string_view::npos);
    BOOST_CHECK_EQUAL(events[1]->seq(), 8U);
    BOOST_TEST(take(bus, slow) == (Seqs{9, 10}), boost::test_tools::per_element());
    BOOST_CHECK_EQUAL(take(bus, quick).size(), 10U);
    publish(bus);
    BOOST_TEST(take(bus, slow) == (Seqs{11}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(evicted_events_are_lost_for_subscribers_that_have_not_taken_them) {
    EventBus bus{{4, 1'000'000}};
    const auto all = bus.subscribe({});
    const auto downs = bus.subscribe({.mask = std::uint64_t{1} << KITH_EVENT_LINK_DOWN, .notify = {}});
    publish(bus, KITH_EVENT_LINK_DOWN);
    for (int i = 0; i < 9; ++i) publish(bus);
    BOOST_CHECK_EQUAL(bus.lost(all), 6U);
    BOOST_CHECK_EQUAL(bus.lost(downs), 1U); // only what it had asked for
    BOOST_TEST(take(bus, all) == (Seqs{0, 7, 8, 9, 10}), boost::test_tools::per_element());
    BOOST_TEST(take(bus, downs) == (Seqs{0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(eviction_of_taken_events_is_no_loss) {
    EventBus bus{{3, 1'000'000}};
    const auto all = bus.subscribe({});
    for (int i = 0; i < 3; ++i) publish(bus);
    BOOST_TEST(take(bus, all, 1) == (Seqs{1}), boost::test_tools::per_element());
    publish(bus);
    BOOST_CHECK_EQUAL(bus.lost(all), 0U);
    BOOST_TEST(take(bus, all) == (Seqs{2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_subscriber_is_notified_once_until_it_has_taken_all) {
    EventBus bus;
    int notified = 0;
    const auto all = bus.subscribe({all_events, 100, ~std::uint64_t{0}, [&] { ++notified; }});
    publish(bus);
    publish(bus);
    BOOST_CHECK_EQUAL(notified, 1);
    take(bus, all, 1);
    publish(bus);
    BOOST_CHECK_EQUAL(notified, 1); // something still waited
    take(bus, all, 2);
    publish(bus);
    BOOST_CHECK_EQUAL(notified, 2);
    bus.unsubscribe(all);
    publish(bus);
    BOOST_CHECK_EQUAL(notified, 2);
    BOOST_CHECK(take(bus, all).empty());
}

BOOST_AUTO_TEST_CASE(the_observer_gets_every_event_whatever_the_ring_keeps) {
    EventBus bus{{2, 1'000'000}};
    publish(bus);
    std::vector<std::uint64_t> seen;
    bus.observe([&](const StoredEvent &event) { seen.push_back(event.seq()); });
    for (int i = 0; i < 5; ++i) publish(bus);
    BOOST_TEST(seen == (Seqs{2, 3, 4, 5, 6}), boost::test_tools::per_element());
    bus.observe(nullptr);
    publish(bus);
    BOOST_CHECK_EQUAL(seen.size(), 5U);
}

BOOST_AUTO_TEST_CASE(a_held_event_outlives_the_ring) {
    EventBus bus{{1, 1'000'000}};
    const auto all = bus.subscribe({});
    publish(bus, KITH_EVENT_LINK_UP, "first");
    std::vector<EventRef> events;
    bus.take(all, 1, events);
    for (int i = 0; i < 10; ++i) publish(bus);
    BOOST_CHECK_EQUAL(events[0]->peer(), "first");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
