// SPDX-License-Identifier: MIT
//
// Formats a log line as text or as JSON.
#pragma once

#include <kith/plugin.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kith::app {

enum class LogFormat : std::uint8_t { text, colour, json };

struct LogLine {
    std::uint32_t level = 0; // KITH_LOG_...
    std::int64_t time = 0;   // wall clock, nanoseconds since 1970
    std::string_view who;    // name of the instance; empty: kith itself
    std::string_view message;
    std::span<const kith_attribute> fields;
};

/// Appends the formatted line and a line end.
///   text  2026-11-22 23:15:00.123 warning topologies.example.epmd: discovery failed reason="..."
///   json  {"time":"2026-11-22T23:15:00.123456Z","level":"warning","who":"...","message":"...","reason":"..."}
/// Both escape control characters, so the output is always one line.
void append_line(std::string &out, LogFormat format, const LogLine &line);

/// "trace" to "error".
std::string_view level_name(std::uint32_t level);

} // namespace kith::app
