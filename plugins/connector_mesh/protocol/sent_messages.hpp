// SPDX-License-Identifier: MIT
//
// The messages that this member has sent to one other each: their numbers, and which of them have no receipt yet.
#pragma once

#include "message_queue.hpp"
#include "name_table.hpp"
#include "run.hpp"

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kith::mesh {

class Link;

class SentMessages {
  public:
    static constexpr std::size_t most = 65536; // without a receipt
    static constexpr Time patience = std::chrono::seconds(10);

    struct Waiting {
        std::uint64_t number;
        std::uint64_t ticket;
        Time until;
    };
    /// Those to one member on one channel.
    struct Stream {
        NodeId to = nobody;
        Link *direct = nullptr;             // the link with it, if there is one
        std::uint64_t version = UINT64_MAX; // of the links when that was looked up
        std::uint64_t id = 0;               // among the streams of this member, from 1
        FlowId flow = 0;
        std::uint64_t last = 0;      // the last number
        std::deque<Waiting> waiting; // in the order of their numbers, which is that of their times

        /// The oldest number that was not given up; while none waits, that of the next message.
        [[nodiscard]] std::uint64_t oldest() const noexcept { return waiting.empty() ? last + 1 : waiting.front().number; }
    };
    /// Messages that have ended for one reason.
    struct Done {
        std::vector<std::uint64_t> tickets;
        std::string why; // empty: they have arrived
    };

    /// Null: it was not opened.
    [[nodiscard]] Stream *find(std::string_view to, std::string_view channel);
    Stream &open(std::string_view to, NodeId id, std::string_view channel, FlowId flow);

    [[nodiscard]] bool full() const noexcept { return waiting_ >= most; }
    /// One more is sent: the next number is its.
    void add(Stream &to, std::uint64_t ticket, Time now);
    /// A receipt for messages in a row.
    void ended(std::string_view to, std::string_view channel, std::uint64_t first, std::uint64_t count, std::string_view why);
    /// The member is down: what has no receipt from it is not delivered.
    void gone(NodeId to, std::string_view why);

    void advance(Time now);
    /// When advance must be called at the latest.
    [[nodiscard]] Time deadline() const noexcept { return due_; }

    std::vector<Done> take_done();

  private:
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

    using Position = std::deque<Waiting>::iterator;
    void end(Stream &of, const Position &first, const Position &last, std::string_view why);

    using Streams = std::unordered_map<Key, Stream, Hash, Same>;
    Streams streams_;
    Streams::value_type *last_ = nullptr; // that was found; none is ever erased
    std::size_t waiting_ = 0;             // in all streams
    Time due_ = Time::max();              // not later than the first `until`: it is found when this moment has come
    std::vector<Done> done_;
};

} // namespace kith::mesh
