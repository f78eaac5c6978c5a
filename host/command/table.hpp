// SPDX-License-Identifier: MIT
//
// Tables for a terminal: at most 100 columns wide, long cells cut. Colours only on a terminal, and only in addition to words with the same meaning.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

inline constexpr std::size_t table_width = 100;

/// rows: the first is the head; all have as many cells.
std::string table_text(const std::vector<std::vector<std::string>> &rows);

/// Standard output is a terminal, and NO_COLOR is not set.
bool colours_wanted();

/// `ok` in green, `degraded` in yellow, `failing` in red, other words as they are.
std::string coloured(std::string_view word, bool colours);

/// "12 s", "3 min", "5 h", "2 d".
std::string rough_duration(long long seconds);

} // namespace kith::app
