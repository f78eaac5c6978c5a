// SPDX-License-Identifier: MIT
//
// The messages that come to this member: put together from their pieces, and handed up in the order in which they were sent, each once.
#pragma once

#include "message_frames.hpp"
#include "name_table.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace kith::mesh {

class ReceivedMessages {
  public:
    /// Messages in a row from one member on one channel.
    struct Arrived {
        NodeId from;
        std::string channel;
        bool to_all;
        std::string bytes; // in which the texts are
        std::vector<Place> texts;
    };
    struct Kept {
        enum class What : std::uint8_t { is_new, known, no_room };
        What what{};
        std::uint64_t first = 0, count = 0; // the messages to one member for which the sender gets a receipt now
    };

    Kept take_piece(const MessageHeader &header, NodeId origin, std::string_view text, Time now);
    /// The batch goes on where its stream has ended, and is taken whole. False: it does not, and each of its messages is to be taken alone.
    bool take_batch(const Batch &batch, NodeId origin);

    /// Nothing of the member is waited for.
    void gone(NodeId id);

    void advance(Time now);
    /// When advance must be called at the latest.
    [[nodiscard]] Time deadline() const noexcept { return due_; }

    std::vector<Arrived> take_arrived();

  private:
    struct Incoming {
        Run run;
        std::uint64_t next = 1; // number of the next to be delivered
        struct Partial {
            std::map<std::uint32_t, std::string> pieces; // by the place of their first byte
            std::size_t bytes = 0;
            std::uint32_t total = 0;
            [[nodiscard]] bool whole() const noexcept { return bytes == total && !pieces.empty(); }
        };
        std::map<std::uint64_t, Partial> parts; // whole ones that wait for an earlier one, too
        std::size_t bytes = 0;
        Time blocked_since{}; // while some wait for others: when a piece came last
    };
    using Stream = std::tuple<NodeId, bool, std::string>; // the origin, to all, channel
    using Streams = std::map<Stream, Incoming>;

    /// end(): there are too many.
    Streams::iterator stream_of(const MessageHeader &header, NodeId origin);
    Arrived &arrived_from(const Stream &stream, std::size_t bytes);
    void flush(const Stream &stream, Incoming &in, Time now);

    Streams incoming_;
    Time due_ = Time::max(); // not later than the first moment at which a stream was blocked for too long: see advance
    std::vector<Arrived> arrived_;
};

} // namespace kith::mesh
