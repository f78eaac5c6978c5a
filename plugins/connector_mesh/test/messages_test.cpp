// SPDX-License-Identifier: MIT
#include "relay.hpp"
#include "simulated_mesh.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::mesh;
using namespace kith::mesh::test;
using Sent = Messages::Sent;

namespace {

struct MessagesFixture {
    explicit MessagesFixture(std::size_t count = 60) : mesh(count, 3) {
        mesh.start_all();
        mesh.run_for(40s);
        BOOST_REQUIRE(mesh.converged());
        for (std::size_t i = 1; i < count; ++i) {
            if (!mesh.member(0).direct(mesh.host(i).name)) far = i;
        }
    }
    Sent send(std::size_t from, std::size_t to, const std::string &text, std::uint64_t ticket = 1,
              const std::string &channel = "c") {
        const Sent out = mesh.member(from).send(mesh.host(to).name, channel, text, ticket, mesh.now());
        mesh.acted(from);
        return out;
    }
    std::vector<std::string> texts(std::size_t at) {
        std::vector<std::string> out;
        for (const auto &each : mesh.host(at).messages) out.push_back(each.text);
        return out;
    }
    SimulatedMesh mesh;
    std::size_t far = 0; // a member without a direct link with the first one
};

struct Three : MessagesFixture {
    Three() : MessagesFixture(3) {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_FIXTURE_TEST_CASE(messages_arrive_in_order_over_several_hops_and_their_sender_learns_it, MessagesFixture) {
    BOOST_REQUIRE(far != 0u);
    std::vector<std::string> sent;
    for (std::uint64_t i = 0; i < 200; ++i) {
        sent.push_back("text " + std::to_string(i));
        BOOST_REQUIRE((send(0, far, sent.back(), i) == Sent::begun));
        if (i % 20 == 0) mesh.run_for(1ms);
    }
    mesh.run_for(1s);
    BOOST_TEST(texts(far) == sent);
    BOOST_REQUIRE(mesh.host(0).done.size() == 200u);
    for (const auto &each : mesh.host(0).done) BOOST_TEST(each.text == "");
    BOOST_TEST(mesh.host(far).messages[0].name == mesh.host(0).name);
    BOOST_TEST(mesh.host(far).messages[0].channel == "c");
    BOOST_TEST(!mesh.host(far).messages[0].to_all);
}

BOOST_FIXTURE_TEST_CASE(a_broadcast_reaches_everybody_once_and_in_order, MessagesFixture) {
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST((mesh.member(5).broadcast("news", std::to_string(i)) == Sent::begun));
        mesh.acted(5);
    }
    mesh.run_for(1s);
    for (std::size_t i = 0; i < mesh.size(); ++i) {
        const auto got = texts(i);
        BOOST_REQUIRE(got.size() == (i == 5 ? 0u : 20u));
        for (std::size_t k = 0; k < got.size(); ++k) BOOST_TEST(got[k] == std::to_string(k));
        for (const auto &each : mesh.host(i).messages) BOOST_TEST(each.to_all);
    }
}

BOOST_FIXTURE_TEST_CASE(a_large_message_does_not_hold_up_small_ones_nor_heartbeats, Three) {
    mesh.reports.clear();
    const std::string large(Messages::largest, 'x');
    BOOST_TEST((send(0, 1, large, 1, "large") == Sent::begun));
    BOOST_TEST((send(0, 1, large, 2, "large") == Sent::full));
    BOOST_TEST((send(0, 1, large + "x", 3) == Sent::too_large));
    BOOST_TEST((send(0, 1, "small", 5, "small") == Sent::begun)); // another channel
    mesh.run_for(5s);
    BOOST_TEST((texts(1) == std::vector<std::string>{"small", large}));
    BOOST_TEST(mesh.reports.empty());
    BOOST_TEST((send(0, 1, "", 4) == Sent::begun)); // an empty one is one too
    mesh.run_for(1s);
    BOOST_TEST(texts(1).size() == 3u);
    BOOST_TEST(mesh.host(0).done.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_message_to_nobody_or_to_one_that_ends_is_an_error, Three) {
    BOOST_TEST((mesh.member(0).send("x@h", "c", "text", 1, mesh.now()) == Sent::unknown_member));
    BOOST_TEST((send(0, 0, "to itself") == Sent::unknown_member));
    mesh.pause(1, 2s);
    BOOST_TEST((send(0, 1, "text", 7) == Sent::begun));
    mesh.run_for(1s);
    mesh.crash(1);
    mesh.run_for(1s);
    BOOST_REQUIRE(mesh.host(0).done.size() == 1u);
    BOOST_TEST(mesh.host(0).done[0].ticket == 7u);
    BOOST_TEST(mesh.host(0).done[0].text.starts_with("the receiver is down: "));
    BOOST_TEST((send(0, 1, "text") == Sent::unknown_member));
}

BOOST_FIXTURE_TEST_CASE(the_queue_of_a_link_is_bounded_and_its_sender_gets_an_error, Three) {
    mesh.cut(0, 1, true); // nothing is read there
    std::size_t begun = 0;
    while (begun < 100000 && send(0, 1, std::string(10000, 'x'), begun) == Sent::begun) ++begun;
    BOOST_TEST(begun < 300u);
    mesh.run_for(20s);
    BOOST_TEST(mesh.host(0).done.size() == begun);
    for (const auto &each : mesh.host(0).done) BOOST_TEST(each.text != "");
}

BOOST_FIXTURE_TEST_CASE(a_relay_passes_on_the_rest_of_a_large_message_and_the_next_one_not_before_there_is_room, Relay) {
    const std::string large(Messages::largest, 'x');
    const std::size_t whole = Messages::largest / Messages::piece;
    for (const bool to_all : {true, false}) {
        const auto send = [&](const std::string &text) {
            const Sent sent =
                to_all ? sender.broadcast("c", text, to_relay, 100s) : sender.send("receiver@h", "d", text, 1, to_relay, 100s);
            BOOST_TEST((sent == Sent::begun));
            return relayed().size();
        };
        BOOST_TEST(send(large) == 0u);
        BOOST_TEST(waiting().size() == whole);
        BOOST_TEST(send(std::string(2 * Messages::piece, 'y')) == (to_all ? 0u : 2u)); // a receipt for each piece
        BOOST_TEST(waiting().size() == whole);
        second.messages = MessageQueue();
        send("z");
        BOOST_TEST(waiting().size() == 1u);
        second.messages = MessageQueue();
    }
}

BOOST_FIXTURE_TEST_CASE(a_relay_holds_no_more_than_the_limit_of_all, Relay) {
    for (int i = 0; i < 4; ++i) {
        BOOST_TEST(
            (sender.broadcast("c" + std::to_string(i), std::string(Messages::largest, 'x'), to_relay, 100s) == Sent::begun));
        relayed();
    }
    BOOST_TEST(second.messages.bytes() >= MessageQueue::most_of_all);
    BOOST_TEST(second.messages.bytes() < MessageQueue::most_of_all + 2 * Messages::piece); // of the last one that found room
}

BOOST_FIXTURE_TEST_CASE(no_more_messages_wait_for_receipts_than_the_limit, Three) {
    mesh.cut(0, 1, true);
    std::uint64_t begun = 0;
    while (begun < 100'000 && send(0, 1, "x", begun + 1, "channel " + std::to_string(begun % 3)) == Sent::begun) ++begun;
    BOOST_TEST(begun == 65'536u);
    BOOST_TEST((send(0, 2, "x", 1) == Sent::unanswered));
    mesh.run_for(20s);
    BOOST_TEST(mesh.host(0).done.size() == begun);
    std::set<std::uint64_t> tickets;
    for (const auto &each : mesh.host(0).done) tickets.insert(each.text.empty() ? 0 : each.ticket);
    BOOST_TEST(tickets.size() == begun); // each once, and each as an error
    BOOST_TEST(!tickets.contains(0));
    BOOST_TEST((send(0, 2, "x", 1) == Sent::begun));
}

BOOST_FIXTURE_TEST_CASE(a_lost_broadcast_is_not_waited_for_longer_because_others_follow, Relay) {
    std::size_t arrived = 0;
    const auto pass = [&](Time now) {
        while (!first.messages.empty()) BOOST_REQUIRE(relay.take(origin.self(), first.messages.pop().body, to_receiver, now));
        relay.advance(now);
        for (const auto &each : relay.take_arrived()) arrived += each.texts.size();
    };
    const auto broadcast = [&](Time now) { BOOST_REQUIRE((sender.broadcast("c", "text", to_relay, now) == Sent::begun)); };
    broadcast(100s);
    pass(100s);
    BOOST_TEST(arrived == 1u);
    broadcast(100s);
    first.messages = MessageQueue(); // lost
    for (Time now = 100s; now <= 110s; now += 500ms) {
        broadcast(now);
        pass(now);
        BOOST_TEST(arrived == (now < 102s ? 1u : static_cast<std::size_t>((now - 100s) / 500ms) + 2));
    }
}

BOOST_FIXTURE_TEST_CASE(a_member_that_has_started_anew_takes_up_the_stream, Three) {
    for (std::uint64_t i = 0; i < 5; ++i) send(0, 1, "before", i);
    mesh.run_for(1s);
    mesh.crash(1);
    mesh.run_for(1s);
    mesh.host(1).messages.clear();
    mesh.start(1, {0, 2});
    mesh.run_for(5s);
    BOOST_REQUIRE(mesh.converged());
    BOOST_TEST((send(0, 1, "after", 9) == Sent::begun));
    mesh.run_for(1s);
    BOOST_TEST(texts(1) == std::vector<std::string>{"after"});
}

BOOST_AUTO_TEST_SUITE_END()
