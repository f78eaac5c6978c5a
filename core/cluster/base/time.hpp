// SPDX-License-Identifier: MIT
//
// Time in core: monotonic nanoseconds, passed in with every input and never read from a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace kith::core {

using Time = std::uint64_t;

inline constexpr Time never = ~Time{0};
inline constexpr Time one_second = 1'000'000'000;

constexpr Time ns(std::chrono::nanoseconds duration) { return duration.count() < 0 ? 0 : static_cast<Time>(duration.count()); }

// later(t, d) is t + d, and `never` when that would overflow.
constexpr Time later(Time t, Time delay) { return delay >= never - t ? never : t + delay; }

} // namespace kith::core
