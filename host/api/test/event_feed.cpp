// SPDX-License-Identifier: MIT
//
// The stream of events: what a client receives, and what is reported to it as lost.
#include "api_world.hpp"

#include <host/api/event_feed.hpp>

#include <boost/test/unit_test.hpp>

#include <charconv>
#include <random>

namespace kith::app::test {

namespace {

struct FeedWorld {
    ApiWorld api;
    core::EventBus bus{{.events = 8}};

    FeedWorld() { api.context.bus = &bus; }
    void publish(int count, std::string_view topology = "t", std::uint32_t kind = KITH_EVENT_LINK_UP) {
        for (int i = 0; i < count; ++i) {
            core::Event event;
            event.kind = kind;
            event.topology = topology;
            bus.publish(event, 1);
        }
    }
    EventFeed after(const std::string &id) {
        FeedQuery query;
        query.after = id;
        return feed(query);
    }
    EventFeed feed(FeedQuery query) { return EventFeed(api.context, std::move(query)); }
};

// "seq" of each event, and "lost N at seq" for an events.lost.
std::vector<std::string> parse(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = text.find("\n\n");
        BOOST_REQUIRE(end != std::string_view::npos);
        const std::string_view block = text.substr(0, end);
        text.remove_prefix(end + 2);
        if (block.starts_with(':')) continue;
        BOOST_REQUIRE(block.starts_with("id: run1."));
        const std::string id(block.substr(9, block.find('\n') - 9));
        const auto event = boost::json::parse(std::string(block.substr(block.find("data: ") + 6)));
        BOOST_TEST(boost::json::serialize(event.at("seq")) == id);
        if (event.at("kind") == "events.lost") {
            out.push_back("lost " + boost::json::serialize(event.at("lost")) + " at " + id);
        } else {
            out.push_back(id);
        }
    }
    return out;
}

std::vector<std::string> drain(EventFeed &feed) {
    std::string out;
    for (std::size_t before = 1; before != out.size();) {
        before = out.size();
        feed.fill(out, out.size() + 1'000);
    }
    return parse(out);
}

using Words = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(event_feed)

BOOST_AUTO_TEST_CASE(a_new_feed_gets_only_later_events) {
    FeedWorld world;
    world.publish(3);
    EventFeed feed = world.feed({});
    BOOST_TEST(drain(feed) == Words{}, boost::test_tools::per_element());
    bool ready = false;
    feed.on_ready([&] { ready = true; });
    world.publish(2);
    BOOST_TEST(!ready); // never within publish
    world.api.run_posted();
    BOOST_TEST(ready);
    BOOST_TEST(drain(feed) == (Words{"4", "5"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_feed_resumes_after_the_last_event_id) {
    FeedWorld world;
    world.publish(6);
    EventFeed feed = world.after("run1.4");
    BOOST_TEST(drain(feed) == (Words{"5", "6"}), boost::test_tools::per_element());
    EventFeed all = world.after("run1.0");
    BOOST_TEST(drain(all).size() == 6U);
}

BOOST_AUTO_TEST_CASE(events_no_longer_stored_are_reported_as_lost) {
    FeedWorld world;
    world.publish(20); // 13 to 20 are kept
    EventFeed feed = world.after("run1.10");
    BOOST_TEST(drain(feed) == (Words{"lost 2 at 12", "13", "14", "15", "16", "17", "18", "19", "20"}),
               boost::test_tools::per_element());
    EventFeed exact = world.after("run1.12");
    BOOST_TEST(drain(exact).front() == "13");
}

BOOST_AUTO_TEST_CASE(an_event_id_of_another_run_gets_all_stored_events) {
    FeedWorld world;
    world.publish(20);
    for (const auto *id : {"run0.18", "run0.5", "run1.999"}) {
        EventFeed feed = world.after(id);
        BOOST_TEST(drain(feed) == (Words{"lost 12 at 12", "13", "14", "15", "16", "17", "18", "19", "20"}),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(filters_do_not_apply_to_events_lost) {
    FeedWorld world;
    FeedQuery query;
    query.kinds = *kinds_of("peer.*");
    query.topology = "u";
    EventFeed feed = world.feed(query);
    world.publish(2);
    world.publish(1, "u", KITH_EVENT_PEER_LOST);
    world.publish(1, "t", KITH_EVENT_PEER_LOST);
    BOOST_TEST(drain(feed) == (Words{"3"}), boost::test_tools::per_element());
    world.publish(20, "u", KITH_EVENT_PEER_LOST);
    BOOST_TEST(drain(feed).front() == "lost 12 at 16");
}

BOOST_AUTO_TEST_CASE(malformed_kinds_and_event_ids_are_refused) {
    BOOST_TEST(kinds_of("link.up,peer.lost").value() == ((1ULL << KITH_EVENT_LINK_UP) | (1ULL << KITH_EVENT_PEER_LOST)));
    for (const auto *bad : {"", "nothing", "link.up,nothing", ","}) BOOST_TEST(!kinds_of(bad).has_value(), bad);
    for (const auto *good : {"run1.0", "a.18446744073709551615"}) BOOST_TEST(is_event_id(good), good);
    for (const auto *bad : {"", "5", ".5", "run1.", "run1.5x", "run1.-5", "r un.5", "run1.18446744073709551616", "run1.5.6"})
        BOOST_TEST(!is_event_id(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_feed_without_follow_ends_after_the_stored_events) {
    FeedWorld world;
    world.publish(3);
    FeedQuery query;
    query.after = "run1.1";
    query.lines = true;
    query.follow = false;
    EventFeed feed = world.feed(query);
    std::string out;
    BOOST_TEST(!feed.fill(out, 10'000));
    BOOST_TEST(std::count(out.begin(), out.end(), '\n') == 2);
    BOOST_TEST(out.starts_with(R"({"v":1,"seq":2,)"));
    BOOST_TEST(feed.heartbeat().empty());
}

// Clients that come and go at random: each seq that they did not get is counted as lost, and none comes twice.
BOOST_AUTO_TEST_CASE(property_each_event_is_received_once_or_counted_as_lost) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        std::mt19937 random(seed);
        FeedWorld world;
        std::uint64_t last = 0; // the client's
        std::uint64_t received = 0, lost = 0;
        for (int life = 0; life < 20; ++life) {
            EventFeed feed = world.after("run1." + std::to_string(last));
            const int turns = static_cast<int>(random() % 4);
            for (int turn = 0; turn < turns; ++turn) {
                world.publish(static_cast<int>(random() % 15));
                std::string out;
                feed.fill(out, random() % 600);
                for (const std::string &word : parse(out)) {
                    if (word.starts_with("lost ")) {
                        lost += std::stoull(word.substr(5));
                        last = std::stoull(word.substr(word.find(" at ") + 4));
                    } else {
                        const std::uint64_t seq = std::stoull(word);
                        BOOST_TEST_REQUIRE(seq > last, "seed " << seed);
                        last = seq;
                        ++received;
                    }
                    BOOST_TEST_REQUIRE(received + lost == last, "seed " << seed << ": " << word);
                }
            }
        }
        BOOST_TEST((received + lost == last && last <= world.bus.last_seq()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
