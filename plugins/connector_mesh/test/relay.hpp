// SPDX-License-Identifier: MIT
//
// Three members without sockets: one sends messages, another one passes them on to the receiver.
#pragma once

#include "messages.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::mesh::test {

using namespace std::chrono_literals;

/// A member that others send messages through, and its link with the receiver, on which nothing is written.
struct Relay {
    Relay() {
        for (Membership *each : {&origin, &here}) {
            for (const char *name : {"origin@h", "relay@h", "receiver@h"}) {
                Fact joined;
                joined.kind = FactKind::joined;
                joined.origin = name;
                joined.run = {10, 1};
                joined.number = 1;
                each->apply(joined, 100s);
            }
        }
        to_relay.link = [this](NodeId id) { return id == here.self() ? &first : nullptr; };
        to_relay.neighbours = {here.self()};
        to_receiver.link = [this](NodeId id) { return id == origin.self() ? &back : &second; };
        to_receiver.neighbours = {*names.find("receiver@h")};
        to_relay.wrote = to_receiver.wrote = [](Link &) {};
    }
    /// Relays what the origin has sent. Returns the frames with the receipts for it.
    std::vector<Receipt> relayed() {
        while (!first.messages.empty()) {
            const auto piece = first.messages.pop();
            BOOST_REQUIRE((piece.kind == FrameKind::messages ? relay.take_batch(piece.body, to_receiver, 100s)
                                                             : relay.take(origin.self(), piece.body, to_receiver, 100s)));
        }
        frames.append(back.take_output(here, SIZE_MAX));
        std::vector<Receipt> out;
        while (const auto frame = frames.next()) {
            BOOST_REQUIRE((frame->kind == (back.takes_batches ? FrameKind::receipts : FrameKind::receipt)));
            out.emplace_back();
            BOOST_REQUIRE(back.takes_batches ? decode_receipts(frame->body, out.back())
                                             : decode_receipt(frame->body, out.back()));
        }
        return out;
    }
    /// What waits for the receiver.
    std::vector<MessageQueue::Piece> waiting() const {
        std::vector<MessageQueue::Piece> out;
        for (MessageQueue copy = second.messages; !copy.empty();) out.push_back(copy.pop());
        return out;
    }

    NameTable names{8};
    Membership origin{names, 16, "origin@h", {10, 1}, {"", 4747}, {}}, here{names, 16, "relay@h", {10, 1}, {"", 4747}, {}};
    Messages sender{origin}, relay{here};
    Messages::Ways to_relay, to_receiver;
    FrameReader frames;
    Link first{1, true, nobody, 0s, 0s, 1s}, second{2, true, nobody, 0s, 0s, 1s}, back{3, true, nobody, 0s, 0s, 1s};
};

} // namespace kith::mesh::test
