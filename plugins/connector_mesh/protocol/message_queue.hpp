// SPDX-License-Identifier: MIT
//
// The pieces of messages that wait for a link. Each flow, which is a channel of one origin, keeps its order; the flows take turns piece by
// piece, so that a large message on one channel does not hold up small ones on others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace kith::mesh {

using FlowId = std::uint64_t;

class MessageQueue {
  public:
    /// The bytes that may wait before a flow is `full`: its own, and those of all. Its origin pushes a message whole, so that they can be more.
    static constexpr std::size_t most_of_flow = std::size_t{1} << 20, most_of_all = std::size_t{32} << 20;

    /// number: of the message, among those of its flow.
    void push(FlowId flow, std::uint64_t number, std::string piece) {
        bytes_ += piece.size();
        Flow &of = flows_[flow];
        of.bytes += piece.size();
        of.last = number;
        if (of.pieces.empty()) turns_.push_back(flow);
        of.pieces.push_back(std::move(piece));
    }

    /// The next piece of the flow whose turn it is. Not for an empty queue.
    std::string pop() {
        const FlowId flow = turns_.front();
        turns_.pop_front();
        const auto at = flows_.find(flow);
        Flow &of = at->second;
        std::string out = std::move(of.pieces.front());
        of.pieces.pop_front();
        of.bytes -= out.size();
        bytes_ -= out.size();
        if (of.pieces.empty()) {
            flows_.erase(at);
        } else {
            turns_.push_back(flow);
        }
        return out;
    }

    /// All that waits in the other one, behind what waits here.
    void take(MessageQueue &other) {
        for (auto &[flow, of] : std::exchange(other.flows_, {})) {
            for (std::string &each : of.pieces) push(flow, of.last, std::move(each));
        }
        other = MessageQueue();
    }

    [[nodiscard]] bool empty() const noexcept { return turns_.empty(); }
    /// rest_of: 0 for the beginning of a message; else the number of the message, which is bound by the limit of all alone while what came
    /// before it waits here.
    [[nodiscard]] bool full(FlowId flow, std::uint64_t rest_of) const {
        if (bytes_ >= most_of_all) return true;
        const auto at = flows_.find(flow);
        return at != flows_.end() && at->second.bytes >= most_of_flow && at->second.last != rest_of;
    }

  private:
    struct Flow {
        std::deque<std::string> pieces;
        std::size_t bytes = 0;
        std::uint64_t last = 0; // number of the message of the last piece
    };
    std::map<FlowId, Flow> flows_; // those that are not empty
    std::deque<FlowId> turns_;     // each of them once
    std::size_t bytes_ = 0;
};

} // namespace kith::mesh
