// SPDX-License-Identifier: MIT
//
// Times as a scenario writes them: "500ms", "1h30m", "-1d".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kith::sim {

using Duration = std::chrono::nanoseconds;

/// Nothing when it is none, or longer than 10,000 days.
std::optional<Duration> parse_duration(std::string_view text);

/// For people: "1h30m", "2.35s", "40ms".
std::string to_text(Duration span);

} // namespace kith::sim
