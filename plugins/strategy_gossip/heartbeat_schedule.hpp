// SPDX-License-Identifier: MIT
//
// When to send heartbeats: at once after the start, then after 0.5 to 1.5 intervals each, so that hosts that start together do
// not send at the same time. An additional heartbeat follows soon after a new neighbour was received, which would otherwise
// wait up to an interval. Such answers are limited, so that many forged names cannot use this host as an amplifier.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gossip {

class HeartbeatSchedule {
  public:
    using Time = std::int64_t; // monotonic nanoseconds

    HeartbeatSchedule(Time interval, Time now) : interval_(interval), next_(now), refilled_(now) {}

    /// When the next heartbeat is due.
    [[nodiscard]] Time due() const noexcept { return answer_ < next_ ? answer_ : next_; }

    /// A heartbeat was sent. random: uniform over all 64 bits.
    void sent(Time now, std::uint64_t random) noexcept;

    /// A new neighbour was received: schedules an answer within 40 ms, plus 1 ms for each of the `others` that will answer too;
    /// at most once in 200 ms and 10 times a minute.
    void answer(Time now, std::uint64_t random, std::size_t others = 0) noexcept;

    /// Schedules a heartbeat now, because the local node's name has changed.
    void at_once(Time now) noexcept { next_ = now; }

  private:
    static constexpr Time never = INT64_MAX;
    Time interval_;
    Time next_;
    Time answer_ = never;
    Time answered_ = INT64_MIN / 2; // time of the last answer
    Time refilled_;
    double answers_ = 10; // number of answers that are still allowed
};

} // namespace gossip
