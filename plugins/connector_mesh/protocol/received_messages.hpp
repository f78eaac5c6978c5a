// SPDX-License-Identifier: MIT
//
// The messages that come to this member: put together from their pieces, and handed up in the order in which they were sent, each once.
#pragma once

#include "message_frames.hpp"
#include "name_table.hpp"

#include <array>
#include <list>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace kith::mesh {

class ReceivedMessages {
    /// Streams are of two kinds: to this member, and to all. Each kind has its own limits.
    using Stream = std::tuple<NodeId, bool, std::string>; // the origin, to all, channel

  public:
    /// Of one kind: of one origin, and of all. Beyond, those are forgotten that were not used for longest.
    static constexpr std::size_t most_of_one = 65536, most_to_all_of_one = 16384, most_streams = 131072;
    /// A stream on which nothing comes, without a part that waits. Longer than its origin knows it, and than a piece waits in queues.
    static constexpr Time forgotten_after = std::chrono::minutes(10);
    /// A stream to all is not forgotten within this time even if there are too many: a copy of a broadcast would be taken for a new one.
    static constexpr Time kept_for = std::chrono::minutes(1);
    /// Bytes that wait in all streams, with those that a piece costs besides its text.
    static constexpr std::size_t most_waiting = std::size_t{256} << 20, of_piece = 256;

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
    bool take_batch(const Batch &batch, NodeId origin, Time now);

    /// Nothing of the member is waited for.
    void gone(NodeId id);

    void advance(Time now);
    /// When what waits is handed up or given up at the earliest. Streams are forgotten by any later `advance`.
    [[nodiscard]] Time deadline() const noexcept { return due_; }

    std::vector<Arrived> take_arrived();

    [[nodiscard]] std::size_t streams() const noexcept { return incoming_.size(); }

  private:
    struct Incoming;
    using Node = std::pair<const Stream, Incoming>;
    using Order = std::list<Node *>;
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
        Time blocked_since{}; // while some wait for others: when a piece of the first of them came last
        Time used{};          // when something came last
        Order *own = nullptr; // in sources_
        Order::iterator among_own, among_all;
        Order::iterator among_blocked; // while there are parts
    };

    /// Null: there are too many.
    Node *stream_of(const MessageHeader &header, NodeId origin, Time now);
    bool make_room(NodeId origin, bool to_all, Time now);
    bool forget_one(const Order &of, Time now);
    void forget(Node &node);
    void drop_first(Incoming &in);
    Arrived &arrived_from(const Stream &stream, std::size_t bytes);
    void flush(Node &node, bool goes_on, Time now);

    std::map<Stream, Incoming> incoming_;
    std::map<std::pair<NodeId, bool>, Order> sources_; // by origin and kind: its streams, the longest unused first
    std::array<Order, 2> all_;                         // by kind: the same of all
    Order blocked_;                                    // those with parts
    std::size_t waiting_ = 0;                          // see most_waiting
    Time due_ = Time::max(); // not later than the first moment at which a stream was blocked for too long: see advance
    std::vector<Arrived> arrived_;
};

} // namespace kith::mesh
