// SPDX-License-Identifier: MIT
//
// Messages of applications: to one member, or to all, on named channels. Those of one pair and channel arrive in the order in which they
// were sent, each once. One to a member without a direct link goes over others, along the shortest way that the rings allow.
#pragma once

#include "broadcast_numbers.hpp"
#include "link.hpp"
#include "membership.hpp"
#include "received_messages.hpp"
#include "sent_messages.hpp"

#include <functional>

namespace kith::mesh {

class Messages {
  public:
    static constexpr std::size_t largest = largest_message;
    static constexpr std::size_t piece = largest_piece;
    static constexpr std::uint8_t most_hops = 16;

    enum class Sent : std::uint8_t {
        begun,
        full,              // the queue of a link
        unanswered,        // SentMessages::most have no receipt yet
        too_many_channels, // see BroadcastNumbers
        too_large,
        unknown_member,
    };
    using Arrived = ReceivedMessages::Arrived;
    using Done = SentMessages::Done;

    explicit Messages(Membership &membership) : membership_(membership) {}

    /// The links of this member, as far as messages need them.
    struct Ways {
        std::function<Link *(NodeId)> link; // null: there is none
        std::function<void(Link &)> wrote;  // something more waits on it
        std::vector<NodeId> neighbours;     // those with a link
        std::uint64_t version = 0;          // another one when a link has come up or gone, or a name was forgotten
    };
    Sent send(std::string_view to, std::string_view channel, std::string_view text, std::uint64_t ticket, const Ways &ways,
              Time now);
    Sent broadcast(std::string_view channel, std::string_view text, const Ways &ways, Time now);

    /// A frame from that neighbour. False: it is none of this kind.
    bool take(NodeId from, std::string_view body, const Ways &ways, Time now);
    bool take_batch(std::string_view body, const Ways &ways, Time now);
    bool take_receipt(std::string_view body, const Ways &ways);
    bool take_receipts(std::string_view body, const Ways &ways);

    /// The member is down: what was sent to it, and not received, is not delivered.
    void gone(NodeId id, std::string_view why);
    /// The number will be that of another name; Ways::version is another one from now on.
    void forget(NodeId id);
    /// The ways are to be computed anew.
    void overlay_changed() noexcept { ways_known_ = false; }

    void advance(Time now);
    [[nodiscard]] Time deadline() const noexcept { return std::min(sent_.deadline(), received_.deadline()); }

    /// The streams of messages of which something is known, as sender and as receiver.
    [[nodiscard]] std::size_t sent_streams() const noexcept { return sent_.streams(); }
    [[nodiscard]] std::size_t broadcast_channels() const noexcept { return broadcasts_.channels(); }
    [[nodiscard]] std::size_t received_streams() const noexcept { return received_.streams(); }

    std::vector<Arrived> take_arrived() { return received_.take_arrived(); }
    std::vector<Done> take_done() { return sent_.take_done(); }

  private:
    [[nodiscard]] static FlowId flow_of(const MessageHeader &header);
    [[nodiscard]] MessageHeader header_to(std::string_view to, std::string_view channel) const;
    void cut(MessageHeader header, FlowId flow, std::string_view text, std::span<Link *const> over, const Ways &ways);
    [[nodiscard]] NodeId receiver(std::string_view to, SentMessages::Stream *known, const Ways &ways) const;
    [[nodiscard]] std::optional<NodeId> known_origin(const MessageHeader &header) const;
    /// A piece for this member. True: it is news.
    bool keep(const MessageHeader &header, NodeId origin, std::string_view text, const Ways &ways, Time now);
    /// The way of messages to somebody else; null: the origin gets a receipt with the reason.
    Link *way_on(const MessageHeader &header, NodeId origin, std::uint64_t rest_of, std::size_t count, const Ways &ways);
    void receipt(NodeId origin, const MessageHeader &of, std::uint64_t first, std::uint64_t count, std::string_view why,
                 const Ways &ways);
    void take(const Receipt &receipt, const Ways &ways);
    static void put(Link &link, const Receipt &receipt, const Ways &ways);
    [[nodiscard]] Link *way_to(NodeId to, const Ways &ways);
    void compute_ways();

    Membership &membership_;
    SentMessages sent_;
    ReceivedMessages received_;
    BroadcastNumbers broadcasts_;
    std::vector<NodeId> ways_; // by member: the neighbour over which it is reached
    bool ways_known_ = false;
};

} // namespace kith::mesh
