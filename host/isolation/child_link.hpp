// SPDX-License-Identifier: MIT
//
// The state of the connection to one helper, without input and output: what waits to be sent, what has come, and whether the helper is to be
// ended: because it does not answer, does not read, sends without end, or sends what is no message.
#pragma once

#include <sdk/messages/frames.hpp>

#include <core/cluster/base/time.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace kith::isolation {

using core::Time;

class ChildLink {
  public:
    struct Limits {
        std::size_t to_helper, to_kith; ///< bytes of a message
        std::size_t outbox;             ///< bytes that wait to be sent
        Time answer;                    ///< until a ping is answered, and a message that has begun is complete
        Time flood = 10'000'000'000;    ///< for so long it may send without a pause
        Time idle = 30'000'000'000;     ///< from an answer to the next ping, if nothing is sent before
    };

    explicit ChildLink(const Limits &limits) : limits_(limits), reader_(limits.to_kith) {}

    /// Queues a message. False: it is too large.
    bool send(std::string_view message);
    /// Before the queue is written, and at the deadline: adds a ping unless one is unanswered, or nothing was sent since the last and that was
    /// answered a short time ago.
    void flush(Time now);
    std::string_view outgoing() const { return std::string_view(outbox_).substr(sent_); }
    void sent(std::size_t bytes);

    /// Bytes that have come; `each` gets each message but pongs. full: there may be more at once. Throws std::runtime_error for what is no
    /// message, and what `each` throws.
    void received(std::string_view bytes, bool full, Time now, const std::function<void(std::string_view)> &each);

    /// Why the helper is to be ended; empty: it is not.
    std::string fault(Time now) const;
    /// When fault() or flush() may next have an effect by itself; never: not.
    Time deadline() const;

    /// A ping, and its answer.
    static std::string ping_message();
    static std::string pong_message();

  private:
    Limits limits_;
    messages::FrameReader reader_;
    std::string outbox_;
    std::size_t sent_ = 0;       // bytes of outbox_
    bool unasked_ = false;       // something was sent since the last ping
    Time asked_ = core::never;   // an unanswered ping
    Time idle_ = core::never;    // the last ping was answered then
    Time begun_ = core::never;   // a message that is not complete
    Time flooded_ = core::never; // it has sent without a pause since then
};

} // namespace kith::isolation
