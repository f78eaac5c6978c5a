// SPDX-License-Identifier: MIT
//
// The messages that this member has sent to one other each: their numbers, and which of them have no receipt yet.
#pragma once

#include "message_queue.hpp"
#include "name_table.hpp"
#include "run.hpp"

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kith::mesh {

class Link;

class SentMessages {
    struct View {
        std::string_view to, channel;
        friend bool operator==(const View &, const View &) = default;
    };
    struct Key {
        std::string to, channel;
        operator View() const noexcept { return {to, channel}; } // for Hash and Same
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const View &of) const noexcept {
            return std::hash<std::string_view>()(of.to) * 31 + std::hash<std::string_view>()(of.channel);
        }
    };
    struct Same {
        using is_transparent = void;
        bool operator()(const View &a, const View &b) const noexcept { return a == b; }
    };

  public:
    static constexpr std::size_t most = 65536; // without a receipt
    static constexpr std::size_t most_streams = most;
    static constexpr Time patience = std::chrono::seconds(10);
    static constexpr Time forgotten_after = std::chrono::minutes(5); // a stream that nothing is sent on

    struct Waiting {
        std::uint64_t number;
        std::uint64_t ticket;
        Time until;
    };
    struct Stream;

  private:
    using Node = std::pair<const Key, Stream>;
    using Order = std::list<Node *>;
    using Queue = std::deque<Waiting>;

  public:
    /// Those to one member on one channel.
    struct Stream {
        NodeId to = nobody;
        Link *direct = nullptr;             // the link with it, if there is one
        std::uint64_t version = UINT64_MAX; // of the links when `to` and `direct` were looked up
        std::uint64_t id = 0;               // among the streams of this member, from 1
        FlowId flow = 0;
        std::uint64_t last = 0;         // the last number, or the one before the first
        std::unique_ptr<Queue> waiting; // in the order of their numbers, which is that of their times; null: none
        Time used{};                    // when the last was sent
        Order::iterator place;          // in idle_ or busy_

        /// The oldest number that was not given up; while none waits, that of the next message.
        [[nodiscard]] std::uint64_t oldest() const noexcept { return waiting ? waiting->front().number : last + 1; }
    };
    /// Messages that have ended for one reason.
    struct Done {
        std::vector<std::uint64_t> tickets;
        std::string why; // empty: they have arrived
    };

    /// Null: it was not opened, or it was forgotten since. Valid until the next call of `open` or `advance`.
    [[nodiscard]] Stream *find(std::string_view to, std::string_view channel);
    /// Not when it is `full`. When there are as many as may be, that one without a waiting message is forgotten that has been so for longest.
    Stream &open(std::string_view to, NodeId id, std::string_view channel, FlowId flow, Time now);

    [[nodiscard]] bool full() const noexcept { return waiting_ >= most; }
    /// One more is sent: the next number is its. Not when it is `full`.
    void add(Stream &to, std::uint64_t ticket, Time now);
    /// A receipt for messages in a row.
    void ended(std::string_view to, std::string_view channel, std::uint64_t first, std::uint64_t count, std::string_view why);
    /// The member is down: what has no receipt from it is not delivered.
    void gone(NodeId to, std::string_view why);

    void advance(Time now);
    /// When messages are given up at the earliest. Streams are forgotten by any later `advance`.
    [[nodiscard]] Time deadline() const noexcept { return due_; }

    std::vector<Done> take_done();

    [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); }

  private:
    using Streams = std::unordered_map<Key, Stream, Hash, Same>;
    void end(Stream &of, const Queue::iterator &first, const Queue::iterator &last, std::string_view why);
    /// The first of idle_.
    void forget_oldest();

    Streams streams_;
    Node *last_ = nullptr;                      // that was found
    Order idle_;                                // those without a waiting message, in the order in which they came to be so
    Order busy_;                                // the others
    std::vector<std::unique_ptr<Queue>> spare_; // empty: an idle stream has none, since even an empty one is large
    std::uint64_t opened_ = 0;                  // streams
    std::uint64_t forgotten_ = 0;               // the greatest number of a stream that was forgotten
    std::size_t waiting_ = 0;                   // in all streams
    Time due_ = Time::max();                    // not later than the first `until`: it is found when this moment has come
    std::vector<Done> done_;
};

} // namespace kith::mesh
