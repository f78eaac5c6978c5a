// SPDX-License-Identifier: MIT
//
// Formats and parses times as AWS writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ec2 {

/// Seconds since 1970.
using Moment = std::chrono::seconds;

/// Formats as in signatures: 20150830T123600Z.
std::string signing_time(Moment when);

/// Parses 2015-08-30T12:36:00Z; a fraction of the second is ignored. Empty: not such a time.
std::optional<Moment> parse_time(std::string_view text);

/// Parses the header field Date: Sun, 30 Aug 2015 12:36:00 GMT.
std::optional<Moment> parse_http_date(std::string_view text);

} // namespace ec2
