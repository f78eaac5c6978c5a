// SPDX-License-Identifier: MIT
//
// Messages of applications: to one member, or to all, on named channels. Those of one pair and channel arrive in the order in which they
// were sent, each once. One to a member without a direct link goes over others, along the shortest way that the rings allow.
#pragma once

#include "membership.hpp"
#include "message_queue.hpp"

#include <deque>
#include <functional>

namespace kith::mesh {

class Messages {
  public:
    static constexpr std::size_t largest = std::size_t{16} << 20; // bytes of one message
    static constexpr std::size_t piece = 16384;                   // larger ones travel in pieces, so that others get between
    static constexpr std::size_t longest_channel = 255;
    static constexpr std::uint8_t most_hops = 16;
    static constexpr Time patience = std::chrono::seconds(10); // for a receipt

    enum class Sent : std::uint8_t { begun, full, too_large, unknown_member };

    struct Arrived {
        NodeId from;
        std::string channel;
        std::string text;
        bool to_all;
    };
    struct Done {
        std::uint64_t ticket;
        std::string why; // empty: it has arrived
    };
    /// A piece for a neighbour, or for all of them.
    struct Output {
        NodeId to;
        std::string piece;
        bool receipt;
        FlowId flow;          // of a piece
        std::uint64_t number; // of the message, of a piece
    };

    explicit Messages(Membership &membership) : membership_(membership) {}

    /// The links of this member, as far as messages need them.
    struct Ways {
        std::function<bool(NodeId)> linked;
        /// Does its queue take another message of the flow, or the rest of this one? See MessageQueue::full.
        std::function<bool(NodeId, FlowId, std::uint64_t rest_of)> has_room;
        std::vector<NodeId> neighbours; // those with a link
    };
    Sent send(NodeId to, std::string_view channel, std::string_view text, std::uint64_t ticket, const Ways &ways, Time now);
    Sent broadcast(std::string_view channel, std::string_view text, const Ways &ways);

    /// A piece from that neighbour. False: it is none.
    bool take(NodeId from, std::string_view body, const Ways &ways, Time now);
    bool take_receipt(std::string_view body, const Ways &ways);

    /// The member is down: what was sent to it, and not received, is not delivered.
    void gone(NodeId id, std::string_view why);
    /// The ways are to be computed anew.
    void overlay_changed() noexcept { ways_known_ = false; }

    void advance(Time now);
    [[nodiscard]] Time deadline() const noexcept;

    std::vector<Output> take_output();
    std::vector<Arrived> take_arrived();
    std::vector<Done> take_done();

  private:
    struct Header {
        std::uint8_t hops = 0;
        bool to_all = false;
        std::string_view origin, to, channel;
        Run run;                  // of the origin
        std::uint64_t number = 0; // among those of the origin to that member on that channel
        std::uint64_t oldest = 0; // the oldest that the origin has not given up
        std::uint32_t total = 0;  // bytes of the whole message
        std::uint32_t at = 0;     // of the first byte of this piece
    };
    struct Waiting {
        NodeId to;
        std::string channel;
        std::uint64_t number;
        std::uint64_t ticket;
        Time until;
    };
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
        Time blocked_since{-1}; // when a piece came last, while some wait for others; negative: none waits
    };
    using Stream = std::tuple<NodeId, bool, std::string>; // the other side, to all, channel

    static std::string encode(const Header &header, std::string_view text);
    static bool decode(std::string_view body, Header &header, std::string_view &text);
    enum class Kept : std::uint8_t { is_new, known, no_room };
    [[nodiscard]] static FlowId flow_of(const Header &header);
    void cut(Header header, FlowId flow, std::string_view text, std::span<const NodeId> neighbours);
    Kept keep(const Header &header, NodeId origin, std::string_view text, const Ways &ways, Time now);
    void flush(const Stream &stream, Incoming &in, Time now, const Ways *ways);
    void receipt(NodeId origin, const Header &of, std::string_view why, const Ways &ways);
    [[nodiscard]] NodeId way_to(NodeId to, const Ways &ways);
    void compute_ways();
    void end(const std::deque<Waiting>::iterator &which, std::string_view why);

    Membership &membership_;
    std::map<Stream, std::uint64_t> last_sent_;
    std::map<Stream, Incoming> incoming_;
    std::deque<Waiting> waiting_; // in the order of their time
    std::vector<Output> output_;
    std::vector<Arrived> arrived_;
    std::vector<Done> done_;
    std::vector<NodeId> ways_; // by member: the neighbour over which it is reached
    bool ways_known_ = false;
};

} // namespace kith::mesh
