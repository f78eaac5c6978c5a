// SPDX-License-Identifier: MIT
//
// Messages that are sent together, at their sender, at relays and at their receiver.
#include "relay.hpp"
#include "simulated_mesh.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::mesh;
using namespace kith::mesh::test;
using Sent = Messages::Sent;

namespace {

Batch batch_of(std::string_view body) {
    Batch out;
    BOOST_REQUIRE(decode_batch(body, out));
    return out;
}

struct Batches : Relay {
    Batches() { first.takes_batches = back.takes_batches = second.takes_batches = true; }
    void send(const std::string &text, const char *channel = "c") {
        BOOST_REQUIRE((sender.send("receiver@h", channel, text, ++ticket, to_relay, now) == Sent::begun));
    }
    void send_many(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) send(std::to_string(i));
    }
    std::vector<std::string> texts_of(const std::string &body) {
        const Batch batch = batch_of(body);
        std::vector<std::string> out;
        for (const Place place : batch.places) out.emplace_back(batch.text(place));
        return out;
    }
    std::uint64_t ticket = 0;
    Time now = 100s;
};

/// The receiver, to which frames of a sender come as they would over a link, and its link back.
struct Receiver : Batches {
    Receiver() {
        for (const char *name : {"origin@h", "relay@h", "receiver@h"}) {
            Fact joined;
            joined.kind = FactKind::joined;
            joined.origin = name;
            joined.run = {10, 1};
            joined.number = 1;
            there.apply(joined, 100s);
        }
        to_origin.link = [this](NodeId) { return &answers; };
        to_origin.wrote = [](Link &) {};
        answers.takes_batches = true;
    }
    /// All that waits at the sender arrives, or is lost.
    void pass(bool lost = false) {
        while (!first.messages.empty()) {
            const auto piece = first.messages.pop();
            if (lost) continue;
            again = piece.body;
            take(piece.body, piece.kind);
        }
    }
    void take(const std::string &body, FrameKind kind = FrameKind::messages) {
        BOOST_REQUIRE((kind == FrameKind::messages ? receiver.take_batch(body, to_origin, now)
                                                   : receiver.take(origin.self(), body, to_origin, now)));
    }
    std::vector<std::string> arrived() {
        std::vector<std::string> out;
        for (const auto &each : receiver.take_arrived()) {
            BOOST_TEST(each.channel == "c");
            BOOST_TEST(each.from == origin.self());
            for (const auto &place : each.texts) out.push_back(each.bytes.substr(place.at, place.size));
        }
        return out;
    }
    /// Gives the sender its receipts. Returns for how many messages it got one, and its reason.
    std::map<std::string, std::size_t> receipts() {
        frames.append(answers.take_output(there, SIZE_MAX));
        while (const auto frame = frames.next()) {
            BOOST_REQUIRE((frame->kind == FrameKind::receipts));
            BOOST_REQUIRE(sender.take_receipts(frame->body, to_relay));
        }
        std::map<std::string, std::size_t> out;
        for (const auto &each : sender.take_done()) out[each.why] += each.tickets.size();
        return out;
    }

    Membership there{names, 16, "receiver@h", {10, 1}, {"", 4747}, {}};
    Messages receiver{there};
    Messages::Ways to_origin;
    Link answers{4, true, nobody, 0s, 0s, 1s};
    std::string again; // the last piece
};

using Counts = std::map<std::string, std::size_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(message_batches)

BOOST_FIXTURE_TEST_CASE(messages_that_wait_are_one_frame_and_have_one_receipt, Receiver) {
    send_many(100);
    BOOST_TEST(first.messages.bytes() < 100u * 4 + 100);
    const auto piece = MessageQueue(first.messages).pop();
    BOOST_TEST((piece.kind == FrameKind::messages));
    BOOST_TEST(texts_of(piece.body).size() == 100u);
    pass();
    const auto got = arrived();
    BOOST_REQUIRE(got.size() == 100u);
    for (std::size_t i = 0; i < got.size(); ++i) BOOST_TEST(got[i] == std::to_string(i));
    FrameReader counted;
    std::size_t count = 0;
    counted.append(Link(answers).take_output(there, SIZE_MAX));
    while (counted.next()) ++count;
    BOOST_TEST(count == 1u);
    BOOST_TEST((receipts() == Counts{{"", 100}}));
}

BOOST_FIXTURE_TEST_CASE(a_batch_is_bounded_in_bytes_and_in_messages, Batches) {
    for (std::size_t i = 0; i < most_in_batch + 1; ++i) send("");
    BOOST_TEST(texts_of(first.messages.pop().body).size() == most_in_batch);
    BOOST_TEST(texts_of(first.messages.pop().body).size() == 1u);
    BOOST_TEST(first.messages.empty());
    for (int i = 0; i < 4; ++i) send(std::string(5000, 'x'));
    BOOST_TEST(texts_of(first.messages.pop().body).size() == 3u);
    BOOST_TEST(texts_of(first.messages.pop().body).size() == 1u);
    send(std::string(largest_piece, 'x'));
    send("x");
    BOOST_TEST(texts_of(first.messages.pop().body).size() == 1u);
    BOOST_TEST(texts_of(first.messages.pop().body).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(larger_messages_and_other_receivers_on_the_channel_keep_their_place, Receiver) {
    const std::string large(largest_piece + 1, 'x');
    send("a");
    send(large);
    send("b");
    BOOST_TEST((sender.send("relay@h", "c", "to another one", 0, to_relay, now) == Sent::begun));
    send("c");
    std::vector<std::size_t> sizes;
    for (MessageQueue copy = first.messages; !copy.empty();) {
        const auto piece = copy.pop();
        sizes.push_back(piece.kind == FrameKind::messages ? texts_of(piece.body).size() : 0);
    }
    BOOST_TEST((sizes == std::vector<std::size_t>{1, 0, 0, 1, 1, 1}));
    while (!first.messages.empty()) {
        const auto piece = first.messages.pop();
        if (piece.kind != FrameKind::messages || batch_of(piece.body).header.to == "receiver@h") take(piece.body, piece.kind);
    }
    BOOST_TEST((arrived() == std::vector<std::string>{"a", large, "b", "c"}));
    BOOST_TEST((receipts() == Counts{{"", 4}}));
}

BOOST_FIXTURE_TEST_CASE(a_batch_that_comes_again_gets_receipts_again_and_is_not_handed_up_again, Receiver) {
    send_many(10);
    pass();
    BOOST_TEST(arrived().size() == 10u);
    receipts();
    take(again);
    BOOST_TEST(arrived().empty());
    BOOST_TEST(answers.has_output());
    BOOST_TEST(receipts().empty()); // nobody waits for them any more
    send("more");
    pass();
    BOOST_TEST((arrived() == std::vector<std::string>{"more"}));
}

BOOST_FIXTURE_TEST_CASE(batches_wait_for_one_that_was_before_them_until_its_origin_has_given_it_up, Receiver) {
    send("first");
    pass();
    BOOST_TEST(arrived().size() == 1u);
    receipts();
    send("lost");
    pass(true);
    send_many(10);
    pass();
    BOOST_TEST(arrived().empty());
    BOOST_TEST(receipts().empty());
    now += 9s;
    for (Messages *each : {&sender, &receiver}) each->advance(now);
    BOOST_TEST(arrived().empty());
    now += 1s;
    BOOST_TEST((sender.deadline() <= now));
    BOOST_TEST((receiver.deadline() <= now));
    receiver.advance(now);
    BOOST_TEST(arrived().size() == 10u);
    sender.advance(now);
    BOOST_TEST(sender.take_done()[0].tickets.size() == 11u); // the ten have possibly arrived
    send_many(5);
    pass();
    BOOST_TEST(arrived().size() == 5u);
    BOOST_TEST((receipts() == Counts{{"", 5}}));
}

BOOST_FIXTURE_TEST_CASE(an_origin_that_gives_up_what_it_sends_leaves_nothing_that_waits, Receiver) {
    send("lost");
    pass(true);
    send("waits");
    pass();
    MessageHeader header = batch_of(again).header;
    header.number = 1;
    header.oldest = 100;
    std::string odd = encode_batch(header);
    append_text(odd, "older than what its origin waits for");
    take(odd);
    BOOST_TEST(arrived().empty());
    now += 20s;
    receiver.advance(now);
    BOOST_TEST(arrived().empty());
}

BOOST_FIXTURE_TEST_CASE(no_more_messages_wait_for_an_earlier_one_than_a_sender_may_send, Receiver) {
    send("lost");
    pass(true);
    send("first");
    pass();
    MessageHeader header = batch_of(again).header;
    const auto batch_from = [&](std::uint64_t number) {
        header.number = number;
        std::string out = encode_batch(header);
        for (std::size_t i = 0; i < most_in_batch; ++i) append_text(out, "");
        return out;
    };
    for (std::uint64_t number = 3; number < 65'536; number += most_in_batch) take(batch_from(number));
    const auto refused = [&] {
        frames.append(answers.take_output(there, SIZE_MAX));
        std::size_t out = 0;
        while (const auto frame = frames.next()) {
            Receipt receipt;
            BOOST_REQUIRE(decode_receipts(frame->body, receipt));
            out += receipt.why.empty() ? 0U : receipt.count;
        }
        return out;
    };
    BOOST_TEST(refused() == 1u); // with "first" it is one too many
    take(batch_from(70'000));
    BOOST_TEST(refused() == most_in_batch);
    BOOST_TEST(arrived().empty());
    header.number = header.oldest = 1;
    std::string lost = encode_batch(header);
    append_text(lost, "found");
    take(lost);
    BOOST_TEST(arrived().size() == 65'537u);
    BOOST_TEST(refused() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_relay_passes_a_batch_on_whole_and_one_by_one_to_a_member_that_knows_none, Batches) {
    send_many(100);
    BOOST_TEST(relayed().empty());
    const auto whole = waiting();
    BOOST_REQUIRE(whole.size() == 1u);
    BOOST_TEST((whole[0].kind == FrameKind::messages));
    BOOST_TEST(batch_of(whole[0].body).header.hops == Messages::most_hops - 1);
    BOOST_TEST(texts_of(whole[0].body).size() == 100u);
    second.messages = MessageQueue();
    second.takes_batches = false;
    send_many(100);
    BOOST_TEST(relayed().empty());
    const auto pieces = waiting();
    BOOST_REQUIRE(pieces.size() == 100u);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        MessageHeader header;
        std::string_view text;
        BOOST_TEST((pieces[i].kind == FrameKind::message));
        BOOST_REQUIRE(decode_piece(pieces[i].body, header, text));
        BOOST_TEST(header.number == 101 + i);
        BOOST_TEST(header.hops == Messages::most_hops - 1);
        BOOST_TEST(header.total == text.size());
        BOOST_TEST(text == std::to_string(i));
    }
}

BOOST_FIXTURE_TEST_CASE(a_relay_that_has_no_room_answers_for_the_whole_batch, Batches) {
    for (FlowId flow = 1; second.messages.bytes() < MessageQueue::most_of_all; ++flow)
        second.messages.push(flow, 1, FrameKind::message, std::string(largest_frame / 2, 'x'));
    send_many(100);
    auto receipts = relayed();
    BOOST_REQUIRE(receipts.size() == 1u);
    BOOST_TEST(receipts[0].number == 1u);
    BOOST_TEST(receipts[0].count == 100u);
    back.takes_batches = false; // the neighbour on the way back
    send_many(100);
    receipts = relayed();
    BOOST_REQUIRE(receipts.size() == 100u);
    for (std::size_t i = 0; i < receipts.size(); ++i) BOOST_TEST(receipts[i].number == 101 + i);
}

BOOST_AUTO_TEST_SUITE_END()
