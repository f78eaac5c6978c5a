// SPDX-License-Identifier: MIT
//
// Formats durations for messages: "25 ms", "1.5 s", "90 s".
#pragma once

#include <core/cluster/base/time.hpp>

#include <string>

namespace kith::core {

inline std::string duration_text(Time duration) {
    constexpr Time millisecond = 1'000'000;
    constexpr Time second = 1'000 * millisecond;
    if (duration < second) return std::to_string(duration / millisecond) + " ms";
    const Time tenths = duration / (100 * millisecond) % 10;
    return std::to_string(duration / second) + (duration < 10 * second && tenths != 0 ? "." + std::to_string(tenths) : "") +
           " s";
}

} // namespace kith::core
