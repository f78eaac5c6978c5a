// SPDX-License-Identifier: MIT
//
// kith.messages/1: applications send over a connector, and read what arrives.
#include "scripted_plugin.hpp"

#include <core/engine/messages_binding.hpp>

#include <deque>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

struct Sent {
    std::uint64_t op;
    std::string peer, channel, data;
    std::uint32_t flags;
};

// A kith whose connector c carries messages.
struct WithMessages : Kith {
    std::vector<Sent> sent;
    std::vector<std::vector<std::string>> channels; // the calls of `listening`
    std::int32_t answer = KITH_OK;                  // of `send`
    std::vector<std::string> ends;                  // of operations

    WithMessages() {
        config.connectors.front().plugin = "carrier";
        connector().send = [this](ScriptedPlugin &p, std::uint64_t op, const kith_message &message) {
            sent.push_back({op, std::string(view(message.peer)), std::string(view(message.channel)),
                            std::string(view({static_cast<const char *>(message.data), message.size})), message.flags});
            if (answer != KITH_OK) p.host->error(p.host, text("no room"));
            return answer;
        };
        connector().cancel_message = [](ScriptedPlugin &p, std::uint64_t op) {
            p.messages().done(p.host, op, KITH_CANCELLED, text("cancelled"));
        };
        connector().listening = [this](ScriptedPlugin &, std::vector<std::string> list) {
            channels.push_back(std::move(list));
        };
    }
    ScriptedPlugin &carrier() { return *connector().now; }
    MessagesBinding &messages() { return *engine->messages("c"); }
    StartedOperation send(std::string_view peer, std::string_view data, std::string_view channel = "jobs") {
        return messages().send(peer, channel, data, [this](std::int32_t status, const std::string &why) {
            BOOST_TEST(!carrier_inside(), "T5: within a call from the plugin");
            ends.push_back(std::to_string(status) + (why.empty() ? "" : " " + why));
        });
    }
    bool carrier_inside() { return connector().now != nullptr && connector().now->inside; }
    std::int32_t done(std::uint64_t op, std::int32_t status = KITH_OK, const char *why = "") {
        carrier().inside = true;
        const std::int32_t result = carrier().messages().done(carrier().host, op, status, text(why));
        carrier().inside = false;
        return result;
    }
    std::int32_t arrive(const std::vector<Sent> &list) {
        std::vector<kith_message> raw;
        for (const Sent &one : list)
            raw.push_back({text(one.peer), text(one.channel), one.data.data(), one.data.size(), one.flags, 0});
        carrier().inside = true;
        const std::int32_t result = carrier().messages().arrived(carrier().host, raw.data(),
                                                                 static_cast<std::uint32_t>(raw.size()), sizeof(kith_message));
        carrier().inside = false;
        return result;
    }
    std::shared_ptr<MessageQueue> reader(const char *channel, int *calls = nullptr) {
        auto made = std::make_shared<MessageQueue>(channel, [this, calls] {
            BOOST_TEST(!carrier_inside(), "T5: within a call from the plugin");
            if (calls != nullptr) ++*calls;
        });
        BOOST_TEST(messages().add(made));
        return made;
    }
};

std::vector<std::string> taken(MessageQueue &queue) {
    std::vector<std::string> out;
    while (const MessageRef one = queue.pop()) out.push_back(one->peer + ':' + one->channel + ':' + one->data);
    return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, WithMessages)

BOOST_AUTO_TEST_CASE(the_plugin_gets_a_message_and_ends_its_operation) {
    start();
    const auto to_one = send("b@h", "hello"), to_all = send("", "all");
    BOOST_REQUIRE(to_one.status == KITH_OK);
    BOOST_REQUIRE(sent.size() == 2u);
    BOOST_TEST(sent[0].op == to_one.op);
    BOOST_TEST(sent[0].peer == "b@h");
    BOOST_TEST(sent[0].channel == "jobs");
    BOOST_TEST(sent[0].data == "hello");
    BOOST_TEST(sent[0].flags == 0u);
    BOOST_TEST(sent[1].flags == KITH_MESSAGE_BROADCAST);
    BOOST_TEST(done(to_all.op, KITH_LIMIT, "full; send it later") == KITH_OK);
    BOOST_TEST(done(to_one.op) == KITH_OK);
    BOOST_TEST(ends.empty());
    run(1ms);
    BOOST_TEST(ends == (std::vector<std::string>{"-8 full; send it later", "0"}), boost::test_tools::per_element());
    BOOST_TEST(done(to_one.op) == KITH_STALE, "it has ended");
    BOOST_TEST(done(12345) == KITH_STALE);
}

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_sent_is_refused_with_the_reason) {
    start();
    answer = KITH_LIMIT;
    const auto refused = send("b@h", "x");
    BOOST_TEST(refused.status == KITH_LIMIT);
    BOOST_TEST(refused.text == "no room");
    answer = KITH_OK;
    sent.clear();
    for (const char *bad : {"", "a b", "a/b", "x1234567890123456789012345678901234567890123456789012345678901234"})
        BOOST_TEST(send("b@h", "x", bad).status == KITH_INVALID, bad);
    BOOST_TEST(send("b@h", std::string(KITH_MESSAGES_MAX_SIZE + 1, 'x')).status == KITH_INVALID);
    BOOST_TEST(sent.empty());
    for (std::size_t i = 0; i < MessagesBinding::most_open; ++i) BOOST_REQUIRE(send("b@h", "x").status == KITH_OK);
    BOOST_TEST(send("b@h", "x").status == KITH_LIMIT);
    run(1ms);
    BOOST_TEST(ends.empty(), "what was refused does not end");
    BOOST_TEST(engine->messages("other") == nullptr);
}

BOOST_AUTO_TEST_CASE(the_connector_leaves_when_it_is_told_to) {
    std::uint64_t leaving = 0;
    connector().leave = [&](ScriptedPlugin &p, std::uint64_t op) {
        leaving = op;
        if (answer != KITH_OK) p.host->error(p.host, text("it has left already"));
        return answer;
    };
    start();
    const auto note = [this](std::int32_t status, const std::string &) { ends.push_back(std::to_string(status)); };
    BOOST_REQUIRE(messages().leave(note).status == KITH_OK);
    BOOST_TEST(done(leaving) == KITH_OK);
    run(1ms);
    BOOST_TEST(ends == std::vector<std::string>{"0"}, boost::test_tools::per_element());
    answer = KITH_BUSY;
    BOOST_TEST(messages().leave(note).text == "it has left already");
}

BOOST_AUTO_TEST_CASE(a_connector_without_the_service_carries_none) {
    config.connectors.front().plugin = "puppet";
    start();
    BOOST_TEST(!messages().offered());
    BOOST_TEST(send("b@h", "x").status == KITH_UNSUPPORTED);
}

BOOST_AUTO_TEST_CASE(done_within_send_is_refused) {
    std::int32_t early = KITH_OK;
    connector().send = [&](ScriptedPlugin &p, std::uint64_t op, const kith_message &) {
        early = p.messages().done(p.host, op, KITH_OK, {});
        return KITH_OK;
    };
    start();
    const auto begun = send("b@h", "x");
    BOOST_TEST(early == KITH_STALE);
    done(begun.op);
    run(1ms);
    BOOST_TEST(ends.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_operation_ends) {
    start();
    const auto begun = send("b@h", "x");
    messages().cancel(begun.op);
    messages().cancel(begun.op);
    run(1ms);
    BOOST_TEST(ends == std::vector<std::string>{"-1 cancelled"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(operations_end_when_the_plugin_stops_or_fails) {
    connector().cancel_message = nullptr;
    start();
    BOOST_REQUIRE(send("b@h", "x").status == KITH_OK);
    carrier().host->failed(carrier().host, KITH_IO, text("broken"));
    run(10ms);
    BOOST_REQUIRE(ends.size() == 1u);
    BOOST_TEST(ends[0].starts_with("-1 the connector has stopped"));
    run(5s);
    BOOST_TEST_REQUIRE(send("b@h", "x").status == KITH_OK, "it was started again");
    stop();
    BOOST_TEST(ends.size() == 2u);
    BOOST_TEST(send("b@h", "x").status == KITH_UNAVAILABLE);
}

BOOST_AUTO_TEST_CASE(what_arrives_goes_to_the_readers_of_its_channel) {
    start();
    int calls = 0;
    const auto jobs = reader("jobs", &calls), all = reader(""), other = reader("other");
    run(1ms);
    BOOST_REQUIRE(!channels.empty());
    BOOST_TEST(channels.back() == (std::vector<std::string>{"", "jobs", "other"}), boost::test_tools::per_element());
    BOOST_TEST(arrive({{0, "b@h", "jobs", "1", 0}, {0, "b@h", "jobs", "2", 0}, {0, "c@h", "x", "3", 0}}) == KITH_OK);
    BOOST_TEST(calls == 0);
    run(1ms);
    BOOST_TEST(calls == 1);
    BOOST_TEST(taken(*jobs) == (std::vector<std::string>{"b@h:jobs:1", "b@h:jobs:2"}), boost::test_tools::per_element());
    BOOST_TEST(taken(*all) == (std::vector<std::string>{"b@h:jobs:1", "b@h:jobs:2", "c@h:x:3"}),
               boost::test_tools::per_element());
    BOOST_TEST(taken(*other).empty());
    messages().remove(*all);
    messages().remove(*jobs);
    run(1ms);
    BOOST_TEST(channels.back() == std::vector<std::string>{"other"}, boost::test_tools::per_element());
    BOOST_TEST(count(KITH_EVENT_MESSAGE_LOST) == 0u);
}

BOOST_AUTO_TEST_CASE(a_new_instance_learns_the_channels) {
    start();
    const auto jobs = reader("jobs");
    run(1ms);
    channels.clear();
    carrier().host->failed(carrier().host, KITH_IO, text("broken"));
    run(5s);
    BOOST_REQUIRE(channels.size() == 1u);
    BOOST_TEST(channels[0] == std::vector<std::string>{"jobs"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(readers_end_with_the_connector) {
    start();
    int calls = 0;
    const auto jobs = reader("jobs", &calls);
    arrive({{0, "b@h", "jobs", "1", 0}});
    stop();
    BOOST_TEST(jobs->ended());
    BOOST_TEST(calls >= 1);
    BOOST_TEST(taken(*jobs).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_nobody_reads_is_reported_and_a_broadcast_is_not) {
    start();
    arrive({{0, "b@h", "jobs", "1", 0}, {0, "b@h", "jobs", "2", 0}, {0, "b@h", "jobs", "3", KITH_MESSAGE_BROADCAST}});
    run(1ms);
    BOOST_REQUIRE(count(KITH_EVENT_MESSAGE_LOST) == 1u);
    BOOST_TEST(reasons(KITH_EVENT_MESSAGE_LOST)[0] == "channel `jobs`: nobody listens on it here");
    BOOST_TEST(contains(events().back(), R"("connector":"c","peer":"b@h","status":"not_found")"));
    BOOST_TEST(contains(events().back(), R"("messages":2)"));
}

BOOST_AUTO_TEST_CASE(losses_are_reported_at_once_and_then_once_a_second) {
    start();
    for (int i = 0; i < 2500; ++i) {
        const auto &p = carrier();
        BOOST_REQUIRE(p.messages().lost(p.host, text("b@h"), text("jobs"), 2, KITH_RESET, text("the link broke")) == KITH_OK);
        run(1ms);
    }
    run(1s);
    BOOST_TEST(count(KITH_EVENT_MESSAGE_LOST) == 4u);
    std::uint64_t total = 0;
    for (const auto &event : engine->bus().kept()) {
        if (event->kind() != KITH_EVENT_MESSAGE_LOST) continue;
        const std::string json(event->json());
        total += std::stoull(json.substr(json.find("\"messages\":") + 11));
    }
    BOOST_TEST(total == 5000u);
    for (int i = 0; i < 100; ++i) {
        const auto &p = carrier();
        const std::string channel = "c" + std::to_string(i);
        p.messages().lost(p.host, text("b@h"), text(channel), 1, KITH_RESET, text("the link broke"));
    }
    run(2s);
    BOOST_TEST(count(KITH_EVENT_MESSAGE_LOST) == 4u + LostMessages::most + 1);
    const auto &p = carrier();
    BOOST_TEST(p.messages().lost(p.host, text("b@h"), text("jobs"), 0, KITH_RESET, text("x")) == KITH_INVALID);
    BOOST_TEST(p.messages().lost(p.host, text("b@h"), text("jobs"), 1, KITH_OK, text("x")) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_loses_the_newest_and_takes_one_of_any_size) {
    start();
    const auto slow = reader("jobs");
    const std::string big(300'000, 'x'), huge(KITH_MESSAGES_MAX_SIZE, 'x');
    for (int i = 0; i < 10; ++i) arrive({{0, "b@h", "jobs", big, 0}});
    run(1ms);
    BOOST_TEST(slow->take_lost() == 7u);
    BOOST_TEST(taken(*slow).size() == 3u);
    BOOST_TEST(contains(events().back(), R"("messages":)"));
    arrive({{0, "b@h", "jobs", huge, 0}, {0, "b@h", "jobs", "small", 0}});
    BOOST_TEST(slow->take_lost() == 1u);
    BOOST_TEST(taken(*slow).size() == 1u);
    // All readers together.
    std::vector<std::shared_ptr<MessageQueue>> more;
    for (const char *channel : {"a", "b", "c"}) {
        more.push_back(reader(channel));
        arrive({{0, "b@h", channel, huge, 0}});
    }
    BOOST_TEST(more[1]->lost() == 0u);
    BOOST_TEST(more[2]->lost() == 1u);
    more.clear();
}

BOOST_AUTO_TEST_CASE(malformed_batches_are_refused_as_a_whole) {
    start();
    const auto jobs = reader("jobs");
    BOOST_TEST(arrive({}) == KITH_INVALID);
    BOOST_TEST(arrive({{0, "b@h", "jobs", "1", 0}, {0, "b@h", "a b", "2", 0}}) == KITH_INVALID);
    BOOST_TEST(arrive({{0, "", "jobs", "1", 0}}) == KITH_INVALID);
    BOOST_TEST(arrive({{0, "b@h", "jobs", std::string(KITH_MESSAGES_MAX_SIZE + 1, 'x'), 0}}) == KITH_INVALID);
    BOOST_TEST(arrive(std::vector<Sent>(KITH_MESSAGES_MAX_BATCH + 1, {0, "b@h", "jobs", "1", 0})) == KITH_INVALID);
    BOOST_TEST(arrive(std::vector<Sent>(KITH_MESSAGES_MAX_BATCH, {0, "b@h", "jobs", "1", 0})) == KITH_OK);
    BOOST_TEST(taken(*jobs).size() == KITH_MESSAGES_MAX_BATCH);
}

BOOST_AUTO_TEST_SUITE_END()
