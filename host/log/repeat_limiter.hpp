// SPDX-License-Identifier: MIT
//
// Lines that repeat are rate-limited and summed up: of one message about one subject (a peer, a source) a few pass in each window,
// and of one message about whatever subjects some more; then they are only counted, and when the window is over one line tells how
// many there were. No clock: time is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kith::app {

class RepeatLimiter {
  public:
    using Time = std::chrono::nanoseconds;
    static constexpr std::uint32_t burst = 5;           // lines with one message and one subject that pass in a window
    static constexpr std::uint32_t message_burst = 200; // lines with one message
    static constexpr Time window = std::chrono::seconds(10);
    // Remembered at once; of more only the message's own limit holds, and of twice as many messages one limit for each speaker.
    static constexpr std::size_t max_kinds = 1024;

    struct Summary {
        std::uint32_t level;
        std::string who;
        std::string message;
        std::string subject;      // empty: about several
        std::uint64_t suppressed; // lines that were not written
    };

    /// May this line be written?
    bool allow(std::uint32_t level, std::string_view who, std::string_view message, std::string_view subject, Time now);

    /// Of the kinds whose window is over, those that held lines back; the others are forgotten.
    std::vector<Summary> summaries(Time now);

    /// All that is held back, at the end.
    std::vector<Summary> remaining() { return summaries(Time::max()); }

  private:
    struct Kind {
        std::uint32_t level = 0;
        std::size_t who = 0;     // bytes of the key that are `who`
        std::size_t message = 0; // and then the message, and the subject
        Time since{};
        std::uint32_t passed = 0;
        std::uint64_t suppressed = 0;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    bool count(std::uint32_t level, std::string_view who, std::string_view message, std::string_view subject,
               std::uint32_t limit, Time now);

    std::unordered_map<std::string, Kind, Hash, std::equal_to<>> kinds_; // by who, message and subject, zero bytes between
    std::string key_;
};

} // namespace kith::app
