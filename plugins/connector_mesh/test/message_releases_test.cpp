// SPDX-License-Identifier: MIT
//
// Messages over a link with a member of this release, and with one of the release before, which knows no batches.
#include "member.hpp"
#include "message_frames.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

using namespace kith::mesh;
using namespace std::chrono_literals;
using Sent = Messages::Sent;

namespace {

/// A member, and another one whose frames are written by hand.
struct LinkByHand {
    explicit LinkByHand(std::uint32_t capabilities) {
        MemberSettings settings;
        settings.name = "m@h";
        settings.cluster = "c";
        settings.run = {5, 5};
        member = std::make_unique<Member>(names, settings, now);
        id = *member->accepted({}, now);
        Hello hello;
        hello.cluster = "c";
        hello.name = "p@h";
        hello.run = {4, 4};
        hello.capabilities = capabilities;
        hear(FrameKind::hello, encode(hello));
        hear(FrameKind::welcome, std::string(4, '\0'));
        std::string joined;
        Fact fact;
        fact.kind = FactKind::joined;
        fact.origin = "p@h";
        fact.run = {4, 4};
        fact.number = 1;
        append(joined, fact);
        hear(FrameKind::facts, joined);
        BOOST_REQUIRE(member->is_up("p@h"));
        said();
    }
    void hear(FrameKind kind, std::string_view body) {
        std::string bytes;
        append_frame(bytes, kind, body);
        member->received(id, bytes, now);
    }
    /// The frames about messages that it has sent since.
    std::vector<std::pair<FrameKind, std::string>> said() {
        frames.append(member->take_output(id, SIZE_MAX));
        std::vector<std::pair<FrameKind, std::string>> out;
        while (const auto frame = frames.next()) {
            if (frame->kind == FrameKind::message || frame->kind == FrameKind::receipt || frame->kind >= FrameKind::messages)
                out.emplace_back(frame->kind, frame->body);
        }
        return out;
    }
    NameTable names{8};
    Time now = 1s;
    std::unique_ptr<Member> member;
    LinkId id = 0;
    FrameReader frames;
};

} // namespace

BOOST_AUTO_TEST_SUITE(message_releases)

BOOST_AUTO_TEST_CASE(a_member_of_the_release_before_gets_and_sends_messages_and_receipts_one_by_one) {
    LinkByHand old(heartbeats_in_turns);
    for (std::uint64_t i = 1; i <= 3; ++i) BOOST_TEST((old.member->send("p@h", "c", "text", i, old.now) == Sent::begun));
    const auto sent = old.said();
    BOOST_REQUIRE(sent.size() == 3u);
    Receipt receipt{
        .hops = 16, .origin = "m@h", .run = {5, 5}, .to = "p@h", .channel = "c", .number = 2, .count = 1, .why = {}};
    old.member->take_actions();
    old.hear(FrameKind::receipt, encode_receipt(receipt));
    const auto actions = old.member->take_actions();
    BOOST_REQUIRE(actions.size() == 1u);
    BOOST_TEST(actions[0].tickets == std::vector<std::uint64_t>{2});

    for (std::uint64_t i = 1; i <= 3; ++i) {
        MessageHeader header;
        std::string_view text;
        BOOST_TEST((sent[i - 1].first == FrameKind::message));
        BOOST_REQUIRE(decode_piece(sent[i - 1].second, header, text));
        BOOST_TEST(header.number == i);
        std::swap(header.origin, header.to);
        header.run = {4, 4};
        old.hear(FrameKind::message, encode_piece(header, text));
    }
    const auto receipts = old.said();
    BOOST_REQUIRE(receipts.size() == 3u);
    for (std::uint64_t i = 1; i <= 3; ++i) {
        BOOST_TEST((receipts[i - 1].first == FrameKind::receipt));
        BOOST_REQUIRE(decode_receipt(receipts[i - 1].second, receipt));
        BOOST_TEST(receipt.number == i);
        BOOST_TEST(receipt.why == "");
    }
}

BOOST_AUTO_TEST_CASE(a_member_that_knows_batches_gets_them_over_a_link) {
    LinkByHand other(heartbeats_in_turns | messages_in_batches);
    for (std::uint64_t i = 1; i <= 3; ++i) BOOST_TEST((other.member->send("p@h", "c", "text", i, other.now) == Sent::begun));
    const auto sent = other.said();
    BOOST_REQUIRE(sent.size() == 1u);
    BOOST_TEST((sent[0].first == FrameKind::messages));
    Batch batch;
    BOOST_REQUIRE(decode_batch(sent[0].second, batch));
    BOOST_TEST(batch.places.size() == 3u);
    other.member->take_actions();
    Receipt receipt{
        .hops = 16, .origin = "m@h", .run = {5, 5}, .to = "p@h", .channel = "c", .number = 1, .count = 2, .why = {}};
    other.hear(FrameKind::receipts, encode_receipts(receipt));
    receipt.number = 3;
    receipt.count = 1;
    receipt.why = "it is not wanted";
    other.hear(FrameKind::receipts, encode_receipts(receipt));
    const auto actions = other.member->take_actions();
    BOOST_REQUIRE(actions.size() == 2u);
    BOOST_TEST((actions[0].tickets == std::vector<std::uint64_t>{1, 2}));
    BOOST_TEST(actions[0].text == "");
    BOOST_TEST((actions[1].tickets == std::vector<std::uint64_t>{3}));
    BOOST_TEST(actions[1].text == "it is not wanted");
}

BOOST_AUTO_TEST_CASE(frames_that_are_none_of_messages_end_the_link) {
    for (const FrameKind kind : {FrameKind::message, FrameKind::receipt, FrameKind::messages, FrameKind::receipts}) {
        LinkByHand other(messages_in_batches);
        other.hear(kind, "nonsense");
        BOOST_TEST(other.member->connections() == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
