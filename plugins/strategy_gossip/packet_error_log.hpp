// SPDX-License-Identifier: MIT
//
// Limits the log lines about invalid packets to one a minute for each kind of error, with the number of packets.
#pragma once

#include "packet_metrics.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace gossip {

class PacketErrorLog {
  public:
    using Time = std::int64_t; // monotonic nanoseconds

    /// Counts an error. Returns the number to log now, including this one; 0: do not log yet.
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
