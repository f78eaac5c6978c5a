// SPDX-License-Identifier: MIT
#include "../child_link.hpp"
#include "../hello.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <vector>

namespace kith::isolation {

namespace {

constexpr Time second = 1'000'000'000;

ChildLink::Limits limits() {
    return {.to_helper = 1000, .to_kith = 1000, .outbox = 4000, .answer = 10 * second, .flood = 5 * second};
}

// What the helper gets.
std::vector<std::string> written(ChildLink &link) {
    messages::FrameReader reader(1000);
    std::vector<std::string> out;
    reader.feed(link.outgoing(), [&](std::string_view message) { out.emplace_back(message); });
    link.sent(link.outgoing().size());
    return out;
}

std::string frame(std::string_view message) {
    std::string out;
    messages::append_frame(out, message);
    return out;
}

void ignore(std::string_view) {}

} // namespace

BOOST_AUTO_TEST_SUITE(child_link)

BOOST_AUTO_TEST_CASE(messages_of_a_turn_are_followed_by_one_ping) {
    ChildLink link(limits());
    BOOST_TEST(link.send("first"));
    BOOST_TEST(link.send("second"));
    link.flush(1);
    BOOST_TEST(written(link) == (std::vector<std::string>{"first", "second", ChildLink::ping_message()}),
               boost::test_tools::per_element());
    link.flush(2);
    BOOST_TEST(link.outgoing().empty());
    link.send("third"); // the ping is not answered yet
    link.flush(3);
    BOOST_TEST(written(link).size() == 1u);
    link.received(frame(ChildLink::pong_message()), false, 4, ignore);
    link.flush(5);
    BOOST_TEST(written(link) == std::vector<std::string>{ChildLink::ping_message()}, boost::test_tools::per_element());
    link.received(frame(ChildLink::pong_message()), false, 6, ignore);
}

BOOST_AUTO_TEST_CASE(one_to_which_nothing_is_sent_is_asked_now_and_then) {
    ChildLink link(limits());
    link.send("call");
    link.flush(0);
    written(link);
    link.received(frame(ChildLink::pong_message()), false, second, ignore);
    BOOST_TEST(link.deadline() == 31 * second);
    link.flush(31 * second - 1);
    BOOST_TEST(link.outgoing().empty());
    link.flush(31 * second);
    BOOST_TEST(written(link) == std::vector<std::string>{ChildLink::ping_message()}, boost::test_tools::per_element());
    BOOST_TEST(link.fault(41 * second) == "it has not answered for 10 s"); // it was stopped
    link.received(frame(ChildLink::pong_message()), false, 40 * second, ignore);
    BOOST_TEST(link.fault(41 * second) == "");
    BOOST_TEST(link.deadline() == 70 * second);
}

BOOST_AUTO_TEST_CASE(one_that_does_not_answer_has_a_fault_at_the_deadline) {
    ChildLink link(limits());
    link.send("call");
    link.flush(second);
    BOOST_TEST(link.deadline() == 11 * second);
    BOOST_TEST(link.fault(11 * second - 1) == "");
    BOOST_TEST(link.fault(11 * second) == "it has not answered for 10 s");
}

BOOST_AUTO_TEST_CASE(one_that_does_not_finish_a_message_has_a_fault) {
    ChildLink link(limits());
    link.received(frame("whole") + std::string("\x50\0", 2), false, second, ignore);
    link.received("\0", false, 9 * second, ignore); // slowly
    BOOST_TEST(link.fault(10 * second) == "");
    BOOST_TEST(link.fault(11 * second) == "it has not finished a message within 10 s");
}

BOOST_AUTO_TEST_CASE(one_that_sends_without_a_pause_has_a_fault) {
    ChildLink link(limits());
    const std::string message = frame("message");
    for (Time at = second; at < 6 * second; at += second / 10) {
        link.received(message, true, at, ignore);
        BOOST_TEST(link.fault(at) == "");
    }
    BOOST_TEST(link.fault(6 * second) == "it has sent messages without a pause for 5 s");
    link.received(message, false, 6 * second, ignore); // it has paused
    BOOST_TEST(link.fault(20 * second) == "");
}

BOOST_AUTO_TEST_CASE(one_that_does_not_read_has_a_fault) {
    ChildLink link(limits());
    for (int i = 0; i < 5; ++i) link.send(std::string(900, 'x'));
    BOOST_TEST(link.fault(0).starts_with("it does not read"));
    BOOST_TEST(!link.send(std::string(1001, 'x'))); // too large is no fault of the helper
}

BOOST_AUTO_TEST_CASE(messages_arrive_in_order_over_writes_and_reads_of_any_size) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        std::mt19937_64 random(seed);
        ChildLink link(limits());
        std::vector<std::string> sent, got;
        messages::FrameReader helper(1000);
        for (int turn = 0; turn < 200; ++turn) {
            for (auto n = random() % 4; n > 0; --n) {
                sent.emplace_back(random() % 200, static_cast<char>('a' + turn % 26));
                link.send(sent.back());
            }
            const auto piece = link.outgoing().substr(0, random() % 400);
            helper.feed(piece, [&](std::string_view message) { got.emplace_back(message); });
            link.sent(piece.size());
        }
        helper.feed(link.outgoing(), [&](std::string_view message) { got.emplace_back(message); });
        BOOST_TEST(got == sent, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::isolation
