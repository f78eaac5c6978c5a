// SPDX-License-Identifier: MIT
//
// Times as AWS writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ec2 {

/// Since 1970.
using Moment = std::chrono::seconds;

/// 20150830T123600Z, as requests are signed.
std::string signing_time(Moment when);

/// 2015-08-30T12:36:00Z, also with a fraction of the second, which is cut off. Nothing when it is no such thing.
std::optional<Moment> parse_time(std::string_view text);

/// Sun, 30 Aug 2015 12:36:00 GMT, of the header Date.
std::optional<Moment> parse_http_date(std::string_view text);

} // namespace ec2
