// SPDX-License-Identifier: MIT
//
// The messages that wait for one reader, such as a client of the API. Bounded: what a slow reader does not take in time is dropped, the newest first, and
// counted. A queue takes one message of any size when it is empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kith::core {

/// Shared by all readers that listen on its channel.
struct ArrivedMessage {
    std::string peer; ///< the member that has sent it
    std::string channel, data;
    bool broadcast = false;
};
using MessageRef = std::shared_ptr<const ArrivedMessage>;

class MessageQueue {
  public:
    static constexpr std::size_t limit = 1'048'576; // bytes of the data that waits, and 64 for each message

    /// channel: empty: all. ready: called from the loop when there is something again: a message, or the end.
    MessageQueue(std::string channel, std::function<void()> ready) : channel_(std::move(channel)), ready_(std::move(ready)) {}

    const std::string &channel() const { return channel_; }
    bool listens(std::string_view channel) const { return channel_.empty() || channel_ == channel; }

    /// False: there was no room, and it is counted as lost.
    bool push(MessageRef message) {
        const std::size_t size = size_of(*message);
        if (!waiting_.empty() && bytes_ + size > limit) {
            ++lost_;
            return false;
        }
        bytes_ += size;
        waiting_.push_back(std::move(message));
        return true;
    }
    void lose() { ++lost_; }
    /// The connector is gone: nothing follows what waits.
    void end() { ended_ = true; }

    /// Null when none waits.
    MessageRef pop() {
        if (waiting_.empty()) return nullptr;
        MessageRef first = std::move(waiting_.front());
        waiting_.pop_front();
        bytes_ -= size_of(*first);
        return first;
    }
    /// The number of messages that were lost since the last call.
    std::uint64_t take_lost() { return std::exchange(lost_, 0); }
    std::uint64_t lost() const { return lost_; }
    bool empty() const { return waiting_.empty(); }
    bool ended() const { return ended_; }
    void ready() const { ready_(); }

  private:
    static std::size_t size_of(const ArrivedMessage &message) { return message.data.size() + 64; }

    std::string channel_;
    std::function<void()> ready_;
    std::deque<MessageRef> waiting_;
    std::size_t bytes_ = 0;
    std::uint64_t lost_ = 0;
    bool ended_ = false;
};

} // namespace kith::core
