// SPDX-License-Identifier: MIT
//
// Joins that the driven node has not answered yet, and when to look at the peer before it does. An answer takes milliseconds, or seconds on
// a busy machine, so a look is only due while no other join succeeds, and for each peer rarely.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace kith::erlang {

class UnansweredJoins {
  public:
    using Time = std::chrono::nanoseconds;                       // monotonic
    static constexpr Time usual = std::chrono::milliseconds(80); // that a join may take
    static constexpr Time usual_of_many = std::chrono::seconds(1);
    static constexpr std::size_t many = 5;                  // at once
    static constexpr Time pause = std::chrono::seconds(60); // between two looks at one peer
    static constexpr std::size_t most = 1024; // a new entry removes those whose pause is over when there are so many

    /// One join, as long as it lives.
    class Join {
      public:
        explicit Join(UnansweredJoins &all) noexcept : all_(all) { ++all_.count_; }
        ~Join() { --all_.count_; }
        Join(const Join &) = delete;
        Join &operator=(const Join &) = delete;

      private:
        UnansweredJoins &all_;
    };

    void succeeded(Time now) noexcept { last_success_ = now; }

    /// A look at this peer is due; then the next one is not before the pause is over. begun: the join.
    bool look_is_due(const std::string &name, Time begun, Time now);

  private:
    std::size_t count_ = 0;
    Time last_success_{};
    std::unordered_map<std::string, Time> looks_;
};

} // namespace kith::erlang
