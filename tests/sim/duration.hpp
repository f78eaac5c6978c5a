// SPDX-License-Identifier: MIT
//
// Durations as a scenario contains them: "500ms", "1h30m", "-1d".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kith::sim {

using Duration = std::chrono::nanoseconds;

/// Empty when the text is not a duration, or is longer than 10,000 days.
std::optional<Duration> parse_duration(std::string_view text);

/// For output: "1h30m", "2.35s", "40ms".
std::string to_text(Duration span);

} // namespace kith::sim
