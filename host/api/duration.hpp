// SPDX-License-Identifier: MIT
//
// How long something is to last, as a person writes it: 90, 90s, 15m, 12h, 7d.
#pragma once

#include <core/cluster/base/time.hpp>

#include <optional>
#include <string_view>

namespace kith::app {

/// A whole number of seconds, or with a unit s, m, h or d. Nothing for anything else, also when it is too large for a core::Time.
std::optional<core::Time> parse_duration(std::string_view text);

} // namespace kith::app
