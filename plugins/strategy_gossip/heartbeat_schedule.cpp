// SPDX-License-Identifier: MIT
#include "heartbeat_schedule.hpp"

#include <algorithm>

namespace gossip {

namespace {

constexpr HeartbeatSchedule::Time millisecond = 1'000'000, second = 1'000'000'000;
constexpr HeartbeatSchedule::Time jitter = 40 * millisecond, longest_jitter = second, apart = 200 * millisecond;
constexpr double per_minute = 10;

HeartbeatSchedule::Time below(std::uint64_t random, HeartbeatSchedule::Time bound) noexcept {
    return static_cast<HeartbeatSchedule::Time>(random % static_cast<std::uint64_t>(bound));
}

} // namespace

void HeartbeatSchedule::sent(Time now, std::uint64_t random) noexcept {
    answer_ = never; // this heartbeat is the answer for those that wait for one
    next_ = now + interval_ / 2 + below(random, interval_ + 1);
}

void HeartbeatSchedule::answer(Time now, std::uint64_t random, std::size_t others) noexcept {
    if (answer_ != never) return;
    answers_ = std::min(per_minute, answers_ + static_cast<double>(now - refilled_) * per_minute / (60.0 * second));
    refilled_ = now;
    if (answers_ < 1) return;
    answers_ -= 1;
    const Time within = std::min(longest_jitter, jitter + static_cast<Time>(others) * millisecond);
    answer_ = answered_ = std::max(now + below(random, within), answered_ + apart);
}

} // namespace gossip
