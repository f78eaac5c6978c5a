// SPDX-License-Identifier: MIT
//
// One connection with another member: the state of its greeting, when bytes came last, and the queues of what is to be written. Member interprets
// the frames.
#pragma once

#include "frame.hpp"
#include "hello.hpp"
#include "membership.hpp"
#include "message_queue.hpp"
#include "node_set.hpp"

#include <vector>

namespace kith::mesh {

/// A connection, numbered by the code that opened or accepted it.
using LinkId = std::uint64_t;

class Link {
  public:
    enum class Phase : std::uint8_t { greeting, up };
    /// The bytes besides messages that may wait before it is `stuck`.
    static constexpr std::size_t most_control = std::size_t{4} << 20;

    Link(LinkId number, bool by_us, NodeId whom, Time now, Time awake, Time longest_silence) noexcept
        : id(number), dialled(by_us), expected(whom), opened(now), heard(awake), silence(longest_silence) {}

    const LinkId id;
    const bool dialled;    // by this side
    const NodeId expected; // whom it dialled; nobody if the other side did
    const Time opened;

    NodeId peer = nobody; // from its hello on
    Run run;              // of the peer
    Phase phase = Phase::greeting;
    bool hello_good = false, welcome_came = false;
    bool kept_sent = false, kept_came = false;
    bool surplus_here = false, surplus_there = false;
    bool believed_down = false; // the other side believes this member down, by its welcome or a verdict
    Time surplus_since{}, up_since{};
    bool peer_asks = false; // the other side promises a heartbeat in each interval, and gets as many
    unsigned prompt = 0;    // heartbeats in a row that were answered within an interval, since others believed this member down
    Time renewed{-1};       // when it was asked to be replaced last; negative: never
    bool takes_turns = false;     // the other side understands heartbeats in turns
    bool takes_batches = false;   // it understands messages and receipts in batches
    Time heard;                   // on the awake clock
    Time silence;                 // the time without a byte after which the link has failed
    std::uint64_t beat_due = 0;   // the interval in which the next heartbeat must be sent, even out of turn
    Time rtt{-1};                 // negative: not measured yet
    std::uint64_t last_stamp = 0; // of the other side, ns
    Time last_stamp_at{};
    std::string certified; // the name that the other side has proved; empty: the transport proves none
    FrameReader in;
    Time next_digest = Time::max();
    bool nearest = false;   // facts of others are passed on to it at once
    bool announced = false; // the action `output` was returned since the last take_output

    // ---- what waits to be written ----

    void control(FrameKind kind, std::string_view body) { append_frame(control_, kind, body); }
    /// Bytes that take_output has returned, and that are to be written before anything else.
    void put_back(std::string_view bytes) { control_.insert(0, bytes); }
    /// The item is sent as it is when its turn comes.
    void pass_on(const Membership::Item &item);
    /// The same, and the other side probably has it from elsewhere: many documents at once are not sent, but a digest in their place.
    void offer(const Membership::Item &item);
    /// The other side has it: it need not be sent.
    void has(const Membership::Item &item);
    /// The other side has sent its digest, and gets what it lacks.
    void compared() noexcept;
    MessageQueue messages;
    [[nodiscard]] bool stuck() const noexcept { return control_.size() >= most_control; }
    [[nodiscard]] bool has_output() const noexcept { return !control_.empty() || has_items() || !messages.empty(); }

    /// What to write next, about `most` bytes: control, then facts, then messages.
    std::string take_output(const Membership &membership, std::size_t most);

  private:
    /// More offers than this are longer than a digest.
    static constexpr std::size_t most_offers = 12;
    [[nodiscard]] bool has_items() const noexcept {
        return !facts_.empty() || !documents_.empty() || !offers_.empty() || digest_due_;
    }

    std::string control_;
    std::vector<Membership::Item> facts_;
    NodeSet documents_; // by their origins
    std::vector<NodeId> offers_;
    bool digest_due_ = false; // there were too many offers
};

} // namespace kith::mesh
