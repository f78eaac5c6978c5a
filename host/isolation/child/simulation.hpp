// SPDX-License-Identifier: MIT
//
// This process in a simulated world: time and random bytes are asked from kith within the call that needs them, so messages that come before
// the answer wait, and posts are delivered when kith sends `deliver`.
#pragma once

#include "../hello.hpp"
#include "outbox.hpp"

#include <sdk/messages/frames.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace kith::isolation {

class Simulation {
  public:
    /// The arguments outlive it. reader: of the socket.
    Simulation(int socket, Outbox &to_kith, messages::FrameReader &reader);

    /// The next message, in the order in which they came; nothing: there is none.
    std::optional<std::string> next();
    /// Bytes of the socket.
    void received(std::string_view bytes);

    /// Question::monotonic or wall, in nanoseconds. On a thread of the plugin: the time that was asked for last.
    std::uint64_t time(Question which) noexcept;
    void fill(void *out, std::size_t size) noexcept;
    /// On any thread.
    void posted() noexcept;

  private:
    struct Answer {
        std::uint64_t number = 0;
        std::string bytes;
    };
    /// Ends the process when kith is gone.
    Answer ask(Question what, std::uint32_t size);

    int socket_;
    Outbox &to_kith_;
    messages::FrameReader &reader_;
    const std::thread::id loop_ = std::this_thread::get_id();
    std::deque<std::string> waiting_;
    std::optional<Answer> answer_;
    std::array<std::atomic<std::uint64_t>, 2> last_{};
};

} // namespace kith::isolation
