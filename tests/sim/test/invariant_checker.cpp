// SPDX-License-Identifier: MIT
#include <tests/sim/invariant_checker.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::sim;
namespace core = kith::core;

namespace {

// Feeds a checker with events, also with invalid ones.
struct EventFeed {
    NodeNameIndex names;
    core::Config config;
    std::unique_ptr<InvariantChecker> checker;
    std::uint64_t seq = 0;
    std::int64_t time = 1000;

    explicit EventFeed(std::size_t sources = 1, std::uint32_t parallel = 2) {
        config.connectors = {{"c", "log", "{}"}};
        core::Topology topology;
        topology.name = "t";
        topology.connector = "c";
        topology.sources.resize(sources);
        topology.policy.connect_parallel = parallel;
        config.topologies = {topology};
        checker = std::make_unique<InvariantChecker>(names, config);
    }

    IndexSet members(std::string_view topology = {}) const {
        IndexSet room;
        return checker->members(topology, room);
    }
    IndexSet links(std::string_view topology = {}) const {
        IndexSet room;
        return checker->links(topology, room);
    }
    std::string see(std::uint32_t kind, std::string_view peer = {}, std::string_view reason = {}) {
        core::Event event;
        event.kind = kind;
        event.peer = peer;
        event.reason = reason;
        const bool of_topology = kind <= KITH_EVENT_PEER_LOST;
        (of_topology ? event.topology : event.connector) = of_topology ? "t" : "c";
        if (kind == KITH_EVENT_CONNECTOR_ATTACHED) event.node = "me@h";
        std::string json;
        ++seq;
        core::append_json(json, event, seq, ++time);
        return checker->see(*core::StoredEvent::make(event, seq, time, json));
    }
};

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_SUITE(invariant_checker)

BOOST_AUTO_TEST_CASE(valid_events_are_no_violation) {
    EventFeed feed;
    BOOST_TEST(feed.see(KITH_EVENT_TOPOLOGY_STARTED) == "");
    BOOST_TEST(feed.see(KITH_EVENT_CONNECTOR_ATTACHED) == "");
    BOOST_TEST(feed.see(KITH_EVENT_PEER_DISCOVERED, "a@h") == "");
    BOOST_TEST(feed.see(KITH_EVENT_CONNECT_STARTED, "a@h") == "");
    BOOST_TEST(feed.see(KITH_EVENT_LINK_UP, "a@h") == "");
    BOOST_TEST(feed.see(KITH_EVENT_CONNECT_SUCCEEDED, "a@h") == "");
    BOOST_TEST(feed.members("t").count() == 1u);
    BOOST_TEST(feed.links().count() == 1u);
    BOOST_TEST(feed.see(KITH_EVENT_PEER_LOST, "a@h", "strategy s reports that it is gone") == "");
    BOOST_TEST(feed.see(KITH_EVENT_LINK_DOWN, "a@h") == "");
    BOOST_TEST(feed.see(KITH_EVENT_DISCONNECT_SUCCEEDED, "a@h") == "");
    BOOST_TEST(feed.members().empty());
    BOOST_TEST(feed.links("t").empty());
    BOOST_TEST(feed.checker->max_dialling() == 1u);
}

BOOST_AUTO_TEST_CASE(sequence_numbers_and_times_increase) {
    EventFeed holes;
    ++holes.seq;
    BOOST_TEST(contains(holes.see(KITH_EVENT_TOPOLOGY_STARTED), "has seq 2"));
    EventFeed back;
    BOOST_TEST(back.see(KITH_EVENT_TOPOLOGY_STARTED) == "");
    back.time = 1;
    BOOST_TEST(contains(back.see(KITH_EVENT_TOPOLOGY_READY), "before that of the previous event"));
    EventFeed lost;
    BOOST_TEST(contains(lost.see(KITH_EVENT_EVENTS_LOST), "events.ring"));
}

BOOST_AUTO_TEST_CASE(only_discovered_peers_are_connected) {
    EventFeed feed;
    BOOST_TEST(contains(feed.see(KITH_EVENT_CONNECT_STARTED, "a@h"), "it is not a member of any topology"));
    feed.see(KITH_EVENT_PEER_DISCOVERED, "b@h");
    feed.see(KITH_EVENT_PEER_LOST, "b@h", "gone");
    BOOST_TEST(contains(feed.see(KITH_EVENT_CONNECT_STARTED, "b@h"), "it is not a member of any topology"));
}

BOOST_AUTO_TEST_CASE(only_discovered_peers_are_disconnected) {
    EventFeed feed;
    BOOST_TEST(contains(feed.see(KITH_EVENT_DISCONNECT_SUCCEEDED, "a@h"), "never discovered"));
    BOOST_TEST(contains(feed.see(KITH_EVENT_DISCONNECT_FAILED, "a@h"), "never discovered"));
    BOOST_TEST(contains(feed.see(KITH_EVENT_PEER_LOST, "a@h"), "never discovered"));
}

BOOST_AUTO_TEST_CASE(the_node_is_not_its_own_peer) {
    EventFeed feed;
    feed.see(KITH_EVENT_CONNECTOR_ATTACHED);
    feed.see(KITH_EVENT_PEER_DISCOVERED, "me@h");
    BOOST_TEST(contains(feed.see(KITH_EVENT_CONNECT_STARTED, "me@h"), "the local node"));
}

BOOST_AUTO_TEST_CASE(connects_are_limited_and_detaching_clears_them) {
    EventFeed feed;
    for (const char *peer : {"a@h", "b@h", "c@h"}) feed.see(KITH_EVENT_PEER_DISCOVERED, peer);
    BOOST_TEST(feed.see(KITH_EVENT_CONNECT_STARTED, "a@h") == "");
    BOOST_TEST(contains(feed.see(KITH_EVENT_CONNECT_STARTED, "a@h"), "already in progress"));
    BOOST_TEST(feed.see(KITH_EVENT_CONNECT_STARTED, "b@h") == "");
    BOOST_TEST(contains(feed.see(KITH_EVENT_CONNECT_STARTED, "c@h"), "the limit of 2"));
    feed.see(KITH_EVENT_CONNECTOR_DETACHED);
    BOOST_TEST(feed.see(KITH_EVENT_CONNECT_STARTED, "a@h") == "");
    BOOST_TEST(feed.see(KITH_EVENT_CONNECT_FAILED, "a@h") == "");
    BOOST_TEST(feed.see(KITH_EVENT_CONNECT_STARTED, "a@h") == "");
}

BOOST_AUTO_TEST_CASE(a_link_goes_up_and_down_alternately) {
    EventFeed feed;
    BOOST_TEST(contains(feed.see(KITH_EVENT_LINK_DOWN, "a@h"), "not up"));
    BOOST_TEST(feed.see(KITH_EVENT_LINK_UP, "a@h") == "");
    BOOST_TEST(contains(feed.see(KITH_EVENT_LINK_UP, "a@h"), "already up"));
}

BOOST_AUTO_TEST_CASE(a_stale_only_source_removes_no_missing_peer) {
    constexpr std::string_view silence = "strategy s did not find it; missing for 60 s in 3 observations";
    EventFeed one;
    one.see(KITH_EVENT_PEER_DISCOVERED, "a@h");
    one.see(KITH_EVENT_PEER_DISCOVERED, "b@h");
    one.see(KITH_EVENT_TOPOLOGY_STALE);
    BOOST_TEST(contains(one.see(KITH_EVENT_PEER_LOST, "a@h", silence), "cannot query its source"));
    one.see(KITH_EVENT_TOPOLOGY_FRESH);
    BOOST_TEST(one.see(KITH_EVENT_PEER_LOST, "b@h", silence) == "");
    EventFeed two(2); // the other strategy may have queried its source successfully
    two.see(KITH_EVENT_PEER_DISCOVERED, "a@h");
    two.see(KITH_EVENT_TOPOLOGY_STALE);
    BOOST_TEST(two.see(KITH_EVENT_PEER_LOST, "a@h", silence) == "");
}

BOOST_AUTO_TEST_SUITE_END()
