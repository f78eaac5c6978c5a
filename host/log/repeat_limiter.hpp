// SPDX-License-Identifier: MIT
//
// Limits the rate of repeated log lines. In each window a few lines with the same message and subject (a peer, a source) pass, and more
// with the same message and different subjects. Further lines are only counted; after the window a summary reports their number. Does not
// read the clock: the time is a parameter.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

class RepeatLimiter {
  public:
    using Time = std::chrono::nanoseconds;
    static constexpr std::uint32_t burst = 5;           // lines with the same message and subject that pass in a window
    static constexpr std::uint32_t message_burst = 200; // lines with the same message that pass in a window
    static constexpr Time window = std::chrono::seconds(10);
    // Maximum of tracked kinds. Beyond it, subjects are not tracked; beyond twice as many, all other messages of an instance share one
    // limit.
    static constexpr std::size_t max_kinds = 1024;

    struct Summary {
        std::uint32_t level;
        std::string who;
        std::string message;
        std::string subject;      // empty: several subjects
        std::uint64_t suppressed; // number of suppressed lines
    };

    /// Whether this line may be written; false: it was counted.
    bool allow(std::uint32_t level, std::string_view who, std::string_view message, std::string_view subject, Time now);

    /// Summaries of the kinds whose window is over and that suppressed lines; other kinds whose window is over are removed.
    std::vector<Summary> summaries(Time now);

    /// Summaries of all suppressed lines, for the end of the process.
    std::vector<Summary> remaining() { return summaries(Time::max()); }

  private:
    struct Kind {
        std::uint32_t level = 0;
        std::size_t who = 0;     // length of `who` in the key
        std::size_t message = 0; // length of the message in the key
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

    // By who, message and subject, separated by zero bytes.
    boost::unordered_flat_map<std::string, Kind, Hash, std::equal_to<>> kinds_;
    std::string key_;
};

} // namespace kith::app
