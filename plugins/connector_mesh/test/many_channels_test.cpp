// SPDX-License-Identifier: MIT
//
// Applications that use ever new names of channels: both ends forget what they need no more, and a channel that is used again goes on.
#include "relay.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <random>
#include <unordered_map>

using namespace kith::mesh;
using namespace kith::mesh::test;
using Sent = Messages::Sent;

namespace {

std::uint64_t given_seed() {
    const char *text = std::getenv("KITH_SEED");
    return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

/// The origin sends to the relay, which receives here.
struct Channels : Relay {
    Channels() { batches(true); }
    void batches(bool on) { first.takes_batches = back.takes_batches = second.takes_batches = on; }

    Sent send(const std::string &channel, bool to_all = false) {
        std::uint64_t &count = sent[to_all][channel];
        const std::string text = std::to_string(count + 1);
        const Sent out = to_all ? sender.broadcast(channel, text, to_relay, now)
                                : sender.send("relay@h", channel, text, ++ticket, to_relay, now);
        if (out == Sent::begun) ++count;
        return out;
    }
    void take(MessageQueue::Piece piece) {
        const bool good = piece.kind == FrameKind::messages ? relay.take_batch(piece.body, to_receiver, now)
                                                            : relay.take(origin.self(), piece.body, to_receiver, now);
        if (!good) BOOST_FAIL("it is no message");
        last = std::move(piece);
    }
    /// All that waits at the sender arrives, is handed up, and gets its receipts. Returns how many messages were handed up.
    std::size_t pass() {
        while (!first.messages.empty()) take(first.messages.pop());
        second.messages = MessageQueue(); // broadcasts are passed on
        std::size_t out = 0, wrong = 0;
        for (const auto &each : relay.take_arrived()) {
            std::uint64_t &count = got[each.to_all][each.channel];
            for (const auto &place : each.texts) {
                wrong += each.bytes.substr(place.at, place.size) == std::to_string(++count) ? 0U : 1U;
                ++out;
            }
        }
        frames.append(back.take_output(here, SIZE_MAX));
        while (const auto frame = frames.next())
            wrong += (frame->kind == FrameKind::receipts ? sender.take_receipts(frame->body, to_relay)
                                                         : sender.take_receipt(frame->body, to_relay))
                         ? 0U
                         : 1U;
        BOOST_REQUIRE(wrong == 0u);
        for (const auto &each : sender.take_done()) (each.why.empty() ? arrived : lost) += each.tickets.size();
        return out;
    }
    void wait(Time time) {
        now += time;
        for (Messages *each : {&sender, &relay}) each->advance(now);
    }
    MessageHeader header_of(const MessageQueue::Piece &piece) const {
        MessageHeader out;
        std::string_view text;
        Batch batch;
        if (piece.kind == FrameKind::message) {
            BOOST_REQUIRE(decode_piece(piece.body, out, text));
            return out;
        }
        BOOST_REQUIRE(decode_batch(piece.body, batch));
        return batch.header;
    }

    using Counts = std::unordered_map<std::string, std::uint64_t>; // by channel
    std::array<Counts, 2> sent, got;                               // to all: the second
    Time now = 1000s;
    std::uint64_t ticket = 0;
    std::size_t arrived = 0, lost = 0;
    MessageQueue::Piece last;
};

} // namespace

BOOST_AUTO_TEST_SUITE(many_channels)

BOOST_FIXTURE_TEST_CASE(many_names_used_once_each_leave_a_bounded_number_of_streams, Channels) {
    const std::uint64_t seed = given_seed();
    std::mt19937_64 random(seed);
    constexpr std::uint64_t most = 120'000;
    const auto name = [](std::uint64_t i) { return "reply." + std::to_string(i); };
    std::size_t most_sent = 0, most_received = 0, again = 0, handed_up = 0, refused = 0;
    for (std::uint64_t i = 0; i < most;) {
        batches(random() % 8 != 0); // a member of the first release is on the way now and then
        for (std::uint64_t left = random() % 2000 + 1; left != 0 && i < most; --left) {
            const bool is_old = i != 0 && random() % 16 == 0;
            refused += send(name(is_old ? random() % i : i)) == Sent::begun ? 0U : 1U;
            (is_old ? again : i) += 1;
        }
        handed_up += pass();
        // Sometimes so fast that only the limits are left, sometimes so slowly that their time forgets them.
        wait(i / 40'000 % 2 == 0 ? Time(1ms) : Time(static_cast<std::int64_t>(random() % 10'000'000'000)));
        most_sent = std::max(most_sent, sender.sent_streams());
        most_received = std::max(most_received, relay.received_streams());
    }
    BOOST_TEST_CONTEXT("KITH_SEED=" << seed) {
        BOOST_TEST(most_sent == SentMessages::most_streams);
        BOOST_TEST(most_received == ReceivedMessages::most_of_one);
        BOOST_TEST(refused == 0u);
        BOOST_TEST(handed_up == most + again);
        BOOST_TEST(arrived == handed_up);
        BOOST_TEST(lost == 0u);
        BOOST_TEST((sent == got));
    }
    wait(SentMessages::forgotten_after);
    BOOST_TEST(sender.sent_streams() == 0u);
    wait(ReceivedMessages::forgotten_after);
    BOOST_TEST(relay.received_streams() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_channel_goes_on_whoever_has_forgotten_it, Channels) {
    const std::uint64_t seed = given_seed();
    std::mt19937_64 random(seed);
    std::size_t by_sender = 0, by_receiver = 0, by_both = 0;
    for (int step = 0; step < 3000; ++step) {
        BOOST_TEST_CONTEXT("KITH_SEED=" << seed << ", step " << step) {
            const bool to_all = random() % 3 == 0;
            batches(random() % 2 == 0);
            for (std::uint64_t left = random() % 40 + 1; left != 0; --left)
                BOOST_REQUIRE((send("c" + std::to_string(random() % 5), to_all) == Sent::begun));
            pass();
            wait(3s); // one who has forgotten the first numbers of a stream to all waits for them
            pass();
            BOOST_REQUIRE((sent == got));
            switch (random() % 8) {
            case 0: wait(6min); break;  // the sender forgets
            case 1: wait(11min); break; // both do
            case 2: relay.gone(origin.self(), "for a moment"); break;
            default: wait(Time(static_cast<std::int64_t>(random() % 1'000'000'000))); break;
            }
            by_sender += sender.sent_streams() == 0 && relay.received_streams() != 0 ? 1U : 0U;
            by_receiver += sender.sent_streams() != 0 && relay.received_streams() == 0 ? 1U : 0U;
            by_both += sender.sent_streams() == 0 && relay.received_streams() == 0 ? 1U : 0U;
        }
    }
    BOOST_TEST(by_sender > 0u);
    BOOST_TEST(by_receiver > 0u);
    BOOST_TEST(by_both > 0u);
    BOOST_TEST(lost == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_is_opened_anew_begins_above_all_numbers_that_it_had, Channels) {
    for (const bool on : {true, false}) {
        batches(on);
        for (int i = 0; i < 3; ++i) BOOST_REQUIRE((send("c") == Sent::begun));
        pass();
        wait(3min);
        BOOST_REQUIRE((send("c") == Sent::begun));
        pass();
        const MessageQueue::Piece late = last;
        const std::uint64_t before = header_of(late).number;
        wait(SentMessages::forgotten_after - 1ns);
        BOOST_TEST(sender.sent_streams() == 1u);
        wait(1ns);
        BOOST_TEST(sender.sent_streams() == 0u);
        BOOST_REQUIRE((send("c") == Sent::begun));
        const MessageHeader header = header_of(MessageQueue(first.messages).pop());
        BOOST_TEST(header.number == before + 1);
        BOOST_TEST(header.oldest == header.number);
        BOOST_TEST(pass() == 1u);
        take(late); // a copy of the old stream
        BOOST_TEST(pass() == 0u);
        BOOST_REQUIRE((send("another") == Sent::begun)); // no stream begins below what was forgotten
        BOOST_TEST(header_of(MessageQueue(first.messages).pop()).number >= before);
        pass();
        wait(11min);
    }
}

BOOST_FIXTURE_TEST_CASE(a_stream_with_a_message_that_has_no_receipt_is_kept, Channels) {
    BOOST_REQUIRE((send("waits") == Sent::begun));
    const MessageQueue::Piece held = first.messages.pop();
    for (std::size_t i = 0; i < SentMessages::most_streams + 10; ++i) {
        BOOST_REQUIRE((send(std::to_string(i)) == Sent::begun));
        if (i % 1000 == 0) pass();
    }
    pass();
    BOOST_TEST(sender.sent_streams() == SentMessages::most_streams);
    const std::size_t before = arrived;
    take(held);
    BOOST_TEST(pass() == 1u);
    BOOST_TEST(arrived == before + 1);
}

BOOST_FIXTURE_TEST_CASE(the_stream_that_was_not_used_for_longest_is_forgotten_first, Channels) {
    for (int i = 0; i < 10; ++i) BOOST_REQUIRE((send("first") == Sent::begun));
    for (std::size_t i = 1; i < SentMessages::most_streams; ++i) {
        BOOST_REQUIRE((send(std::to_string(i)) == Sent::begun));
        if (i % 1000 == 0) pass();
    }
    pass();
    const auto number_of = [this](const std::string &channel) {
        BOOST_REQUIRE((send(channel) == Sent::begun));
        const std::uint64_t out = header_of(MessageQueue(first.messages).pop()).number;
        pass();
        return out;
    };
    for (std::uint64_t i = 2; i < 6; ++i) BOOST_TEST(number_of("1") == i);
    BOOST_TEST(number_of("one too many") == 11u); // "first" goes
    BOOST_TEST(number_of("two too many") == 11u); // "2" goes
    BOOST_TEST(sender.sent_streams() == SentMessages::most_streams);
    BOOST_TEST(number_of("3") == 2u);
    BOOST_TEST(number_of("1") == 6u);
    BOOST_TEST(relay.received_streams() == ReceivedMessages::most_of_one);
}

BOOST_FIXTURE_TEST_CASE(broadcasts_on_more_channels_than_the_limit_are_refused_for_a_minute, Channels) {
    for (std::size_t i = 0; i < BroadcastNumbers::most_channels; ++i) {
        BOOST_REQUIRE((send(std::to_string(i), true) == Sent::begun));
        if (i % 1000 == 0) pass();
    }
    pass();
    BOOST_TEST((send("one too many", true) == Sent::too_many_channels));
    BOOST_TEST((send("0", true) == Sent::begun));
    BOOST_TEST(pass() == 1u);
    wait(BroadcastNumbers::kept_for);
    BOOST_TEST((send("one too many", true) == Sent::begun));
    const MessageHeader header = header_of(MessageQueue(first.messages).pop());
    BOOST_TEST(header.number == 2u); // "1" had 1
    BOOST_TEST(header.oldest == 2u);
    BOOST_TEST(pass() == 1u);
    BOOST_TEST((sent == got));
    BOOST_TEST(sender.broadcast_channels() == BroadcastNumbers::most_channels);
    BOOST_TEST(relay.received_streams() == ReceivedMessages::most_to_all_of_one);
}

/// Frames to the receiver that are written by hand.
struct ByHand : Channels {
    ByHand() {
        header.hops = 1;
        header.run = {10, 1};
        header.total = 1;
    }
    /// Returns how many messages were handed up.
    std::size_t hear(const std::string &from, const std::string &channel, std::uint64_t number, bool to_all = false) {
        header.origin = from;
        header.channel = channel;
        header.to = to_all ? "" : "relay@h";
        header.to_all = to_all;
        header.number = number;
        header.oldest = to_all ? 1 : number;
        take({FrameKind::message, encode_piece(header, "x")});
        back.take_output(here, SIZE_MAX);
        second.messages = MessageQueue();
        std::size_t out = 0;
        for (const auto &each : relay.take_arrived()) out += each.texts.size();
        return out;
    }
    MessageHeader header;
};

BOOST_FIXTURE_TEST_CASE(a_receiver_does_not_forget_broadcasts_of_which_copies_are_on_their_way, ByHand) {
    constexpr std::size_t most = ReceivedMessages::most_to_all_of_one;
    for (std::size_t i = 0; i < most; ++i) BOOST_REQUIRE(hear("origin@h", std::to_string(i), 1, true) == 1u);
    BOOST_TEST(hear("origin@h", "0", 1, true) == 0u); // a copy
    BOOST_TEST(hear("origin@h", "one too many", 1, true) == 0u);
    BOOST_TEST(hear("receiver@h", "of another", 1, true) == 1u);
    BOOST_TEST(relay.received_streams() == most + 1);
    wait(ReceivedMessages::kept_for);
    BOOST_TEST(hear("origin@h", "1", 2, true) == 1u);
    BOOST_TEST(hear("origin@h", "one too many", 1, true) == 1u); // "2" goes
    BOOST_TEST(hear("origin@h", "1", 2, true) == 0u);
    BOOST_TEST(hear("origin@h", "3", 1, true) == 0u);
    BOOST_TEST(hear("origin@h", "2", 1, true) == 1u); // a copy that is too late
    BOOST_TEST(relay.received_streams() == most + 1);
}

BOOST_FIXTURE_TEST_CASE(a_receiver_keeps_a_stream_that_is_used, ByHand) {
    hear("origin@h", "used", 1);
    hear("origin@h", "unused", 1);
    wait(9min);
    BOOST_TEST(hear("origin@h", "used", 2) == 1u);
    wait(1min);
    BOOST_TEST(relay.received_streams() == 1u);
    BOOST_TEST(hear("origin@h", "used", 2) == 0u);
    wait(ReceivedMessages::forgotten_after - 1ns);
    BOOST_TEST(relay.received_streams() == 1u);
    wait(1ns);
    BOOST_TEST(relay.received_streams() == 0u);
}

BOOST_FIXTURE_TEST_CASE(the_streams_of_all_origins_together_are_bounded, ByHand) {
    Fact joined;
    joined.kind = FactKind::joined;
    joined.origin = "third@h";
    joined.run = {10, 1};
    joined.number = 1;
    here.apply(joined, 100s);
    std::size_t heard = 0;
    for (std::size_t i = 0; i < ReceivedMessages::most_of_one; ++i) {
        for (const char *from : {"origin@h", "receiver@h"}) heard += hear(from, std::to_string(i), 1);
    }
    BOOST_TEST(heard == ReceivedMessages::most_streams);
    BOOST_TEST(hear("origin@h", "0", 2) == 1u);
    BOOST_TEST(hear("third@h", "c", 1) == 1u); // the other "0" goes
    BOOST_TEST(hear("third@h", "d", 1) == 1u); // and the "1" of the first
    BOOST_TEST(hear("origin@h", "0", 2) == 0u);
    BOOST_TEST(hear("receiver@h", "1", 1) == 0u);
    BOOST_TEST(relay.received_streams() == ReceivedMessages::most_streams);
    relay.gone(origin.self(), "");
    BOOST_TEST(relay.received_streams() == ReceivedMessages::most_of_one + 1);
    relay.gone(*names.find("receiver@h"), "");
    relay.gone(*names.find("third@h"), "");
    BOOST_TEST(relay.received_streams() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_broadcast_after_a_long_pause_is_waited_for_by_nobody_who_has_forgotten_the_channel, Channels) {
    for (int i = 0; i < 3; ++i) BOOST_REQUIRE((send("c", true) == Sent::begun));
    BOOST_TEST(pass() == 3u);
    wait(ReceivedMessages::forgotten_after);
    BOOST_TEST(relay.received_streams() == 0u);
    BOOST_REQUIRE((send("c", true) == Sent::begun));
    const MessageHeader header = header_of(MessageQueue(first.messages).pop());
    BOOST_TEST(header.number == 4u); // a receiver of an earlier release waits for none between
    BOOST_TEST(header.oldest == 4u);
    BOOST_TEST(pass() == 1u);
}

BOOST_FIXTURE_TEST_CASE(channels_with_a_small_message_each_fill_the_queue_of_a_link, Channels) {
    std::size_t begun = 0;
    while (begun < SentMessages::most && send(std::to_string(begun)) == Sent::begun) ++begun;
    BOOST_TEST(begun <= MessageQueue::most_of_all / MessageQueue::of_flow);
    BOOST_TEST((send("one more") == Sent::full));
    BOOST_TEST(pass() == begun);
    BOOST_TEST((send("one more") == Sent::begun));
}

BOOST_FIXTURE_TEST_CASE(what_waits_on_all_channels_is_bounded_and_whole_messages_in_their_order_need_no_room, Channels) {
    MessageHeader header;
    header.hops = 1;
    header.origin = "origin@h";
    header.run = {10, 1};
    header.to = "relay@h";
    header.number = header.oldest = 1;
    const std::string text(largest_piece, 'x');
    const auto begin = [&](std::size_t i, std::size_t total) { // returns the reason of its receipt
        const std::string name = std::to_string(i);
        header.channel = name;
        header.total = static_cast<std::uint32_t>(total);
        take({FrameKind::message, encode_piece(header, text)});
        frames.append(back.take_output(here, SIZE_MAX));
        const auto frame = frames.next();
        if (!frame) return std::string("none");
        Receipt receipt;
        BOOST_REQUIRE(decode_receipts(frame->body, receipt));
        return std::string(receipt.why);
    };
    std::size_t waiting = 0;
    while (waiting < 100'000 && begin(waiting, 2 * largest_piece) == "none") ++waiting;
    BOOST_TEST(waiting == ReceivedMessages::most_waiting / (largest_piece + ReceivedMessages::of_piece));
    BOOST_TEST(begin(waiting + 1, 2 * largest_piece) == "the receiver has too many messages that wait");
    BOOST_TEST(begin(waiting + 2, largest_piece) == "");
    now += 10s;
    relay.advance(now);
    header.number = header.oldest = 2;
    for (std::size_t again = 0; again < waiting; ++again) BOOST_REQUIRE(begin(again, 2 * largest_piece) == "none");
    BOOST_TEST(begin(waiting + 1, 2 * largest_piece) == "the receiver has too many messages that wait");
    relay.gone(origin.self(), "");
    BOOST_TEST(relay.received_streams() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
