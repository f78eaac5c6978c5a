// SPDX-License-Identifier: MIT
//
// The target of a request: its path, cut at the slashes, and its query, both decoded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::app {

struct Target {
    std::vector<std::string> path;                          ///< of "/v1/peers/a%40h": "v1", "peers", "a@h"
    std::vector<std::pair<std::string, std::string>> query; ///< names are distinct

    /// Of the query; null when it is not there.
    const std::string *find(std::string_view name) const;
};

inline constexpr std::size_t target_limit = 8'192; ///< bytes
inline constexpr std::size_t target_parts = 16;    ///< segments of the path, and parameters of the query

/// Nothing, and why, when it is no path with an optional query, or does not hold UTF-8 without control characters.
std::optional<Target> parse_target(std::string_view text, std::string &why);

} // namespace kith::app
