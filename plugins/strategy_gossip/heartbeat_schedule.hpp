// SPDX-License-Identifier: MIT
//
// When to speak: at once at the start, then each half to one and a half intervals, so that hosts that start together do not speak
// together; and once more, soon, when a new neighbour is heard, who would otherwise wait an interval to hear of us. Such answers are
// bounded, or a crowd of new names would make of us an amplifier.
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

    /// One was sent. random: uniform over all 64 bits.
    void sent(Time now, std::uint64_t random) noexcept;

    /// A new neighbour was heard: within 40 ms, and 1 ms more for each of the `others` who will answer it too, if nothing is against it;
    /// at most once each 200 ms and 10 times a minute.
    void answer(Time now, std::uint64_t random, std::size_t others = 0) noexcept;

    /// Something that all should know: our name has changed.
    void at_once(Time now) noexcept { next_ = now; }

  private:
    static constexpr Time never = INT64_MAX;
    Time interval_;
    Time next_;
    Time answer_ = never;
    Time answered_ = INT64_MIN / 2; // when an answer was due last
    Time refilled_;
    double answers_ = 10; // that may still be given
};

} // namespace gossip
