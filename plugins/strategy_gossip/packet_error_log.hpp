// SPDX-License-Identifier: MIT
//
// What is wrong with packets is told once a minute for each kind of wrong, with how many there were: a flood does not fill the log.
#pragma once

#include "packet_metrics.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace gossip {

class PacketErrorLog {
  public:
    using Time = std::int64_t; // monotonic nanoseconds

    /// One more of that kind. How many to tell of now, this one included; 0: not yet.
    [[nodiscard]] std::uint64_t add(Heard kind, Time now) noexcept {
        One &one = all_[static_cast<std::size_t>(kind)];
        ++one.count;
        if (now < one.quiet_until) return 0;
        one.quiet_until = now + minute;
        return std::exchange(one.count, 0);
    }

  private:
    static constexpr Time minute = 60'000'000'000;
    struct One {
        Time quiet_until = INT64_MIN;
        std::uint64_t count = 0;
    };
    std::array<One, kinds_heard> all_;
};

} // namespace gossip
