// SPDX-License-Identifier: MIT
//
// The pieces of messages that wait for a link. Each flow, which is a channel of one origin, keeps its order; the flows take turns piece by
// piece, so that a large message on one channel does not hold up small ones on others. Small messages that wait behind each other are one piece.
#pragma once

#include "frame.hpp"
#include "message_frames.hpp"

#include <deque>
#include <map>
#include <utility>

namespace kith::mesh {

using FlowId = std::uint64_t;

class MessageQueue {
  public:
    /// The bytes that may wait before a flow is `full`: its own, and those of all. Its origin pushes a message whole, so that they can be more.
    static constexpr std::size_t most_of_flow = std::size_t{1} << 20, most_of_all = std::size_t{32} << 20;
    /// What a flow costs besides its bytes, which counts among those of all: many channels with a small message each are bounded, too.
    static constexpr std::size_t of_flow = 1024;

    struct Piece {
        FrameKind kind{};
        std::string body;
        std::uint64_t stream = 0; // a batch of this stream, which other messages may join; 0: it is complete
        std::uint64_t next = 0;   // the number that the next one of the batch has
        std::size_t count = 0;    // of the messages in the batch
    };

    /// number: of the message, among those of its flow.
    void push(FlowId flow, std::uint64_t number, FrameKind kind, std::string body) {
        push(flow, number, Piece{kind, std::move(body)});
    }

    /// A message of at most largest_piece bytes. It joins the batch at the end of the flow if that is of the same stream (not 0) and has room;
    /// else it begins one. header(): what a batch begins with. False: the flow is full, and nothing was added.
    template <class Header>
    bool add(FlowId flow, std::uint64_t stream, std::uint64_t number, std::string_view text, const Header &header) {
        if (is_full()) return false;
        Flow &of = flows_[flow];
        if (of.bytes >= most_of_flow) return false;
        const auto joins = [&](const Piece &last) {
            return last.stream == stream && last.next == number && last.count < most_in_batch &&
                   last.body.size() + text.size() <= largest_piece;
        };
        if (of.pieces.empty() || !joins(of.pieces.back())) {
            Piece begun{FrameKind::messages, std::exchange(spare_, {}), stream};
            // One that follows on another of its stream will mostly be as long.
            if (!of.pieces.empty() && of.pieces.back().stream == stream) begun.body.reserve(of.pieces.back().body.size());
            begun.body += header();
            push(flow, number, std::move(begun));
        }
        Piece &last = of.pieces.back();
        const std::size_t before = last.body.size();
        append_text(last.body, text);
        last.next = number + 1;
        ++last.count;
        of.last = number;
        of.bytes += last.body.size() - before;
        bytes_ += last.body.size() - before;
        return true;
    }

    /// The next piece of the flow whose turn it is. Not for an empty queue.
    Piece pop() {
        const FlowId flow = turns_.front();
        turns_.pop_front();
        const auto at = flows_.find(flow);
        Flow &of = at->second;
        Piece out = std::move(of.pieces.front());
        of.pieces.pop_front();
        of.bytes -= out.body.size();
        bytes_ -= out.body.size();
        if (of.pieces.empty()) {
            flows_.erase(at);
        } else {
            turns_.push_back(flow);
        }
        return out;
    }

    /// The piece that `pop` has returned is not needed any more: the next batch is written to where it was.
    void give_back(Piece piece) {
        if (piece.body.capacity() <= spare_.capacity() || piece.body.capacity() > 2 * largest_piece) return;
        spare_ = std::move(piece.body);
        spare_.clear();
    }
    /// Keeps no memory while nothing waits.
    void shrink() noexcept {
        if (empty()) spare_ = {};
    }

    /// All that waits in the other one, behind what waits here.
    void take(MessageQueue &other) {
        for (auto &[flow, of] : std::exchange(other.flows_, {})) {
            for (Piece &each : of.pieces) push(flow, of.last, std::move(each));
        }
        other = MessageQueue();
    }

    [[nodiscard]] bool empty() const noexcept { return turns_.empty(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// rest_of: 0 for the beginning of a message; else the number of the message, which is bound by the limit of all alone while what came
    /// before it waits here.
    [[nodiscard]] bool full(FlowId flow, std::uint64_t rest_of) const {
        if (is_full()) return true;
        const auto at = flows_.find(flow);
        return at != flows_.end() && at->second.bytes >= most_of_flow && at->second.last != rest_of;
    }

  private:
    struct Flow {
        std::deque<Piece> pieces;
        std::size_t bytes = 0;
        std::uint64_t last = 0; // number of the message of the last piece
    };
    [[nodiscard]] bool is_full() const noexcept { return bytes_ + flows_.size() * of_flow >= most_of_all; }
    void push(FlowId flow, std::uint64_t number, Piece piece) {
        bytes_ += piece.body.size();
        Flow &of = flows_[flow];
        of.bytes += piece.body.size();
        of.last = number;
        if (of.pieces.empty()) turns_.push_back(flow);
        of.pieces.push_back(std::move(piece));
    }

    std::map<FlowId, Flow> flows_; // those that are not empty
    std::deque<FlowId> turns_;     // each of them once
    std::size_t bytes_ = 0;
    std::string spare_; // empty
};

} // namespace kith::mesh
