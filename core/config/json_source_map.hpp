// SPDX-License-Identifier: MIT
//
// A JSON scanner that records the position of each key and value. Boost.JSON does not report positions, so the text is read by
// both. The scanner also words syntax errors and refuses duplicate keys.
#pragma once

#include <core/config/key_path.hpp>
#include <core/config/source_map.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

inline constexpr std::size_t json_depth_limit = 32;
inline constexpr std::size_t json_value_limit = 1u << 20;

struct ScanFault {
    std::uint32_t at = 0;
    KeyPath path;
    std::string message;
};

struct Scan {
    SourceMap root;
    std::vector<ScanFault> faults; // duplicate keys, and at most one syntax error, which is the last
    bool well_formed = false;
};

// text: without a byte order mark, at most 4 GiB.
Scan scan_json(std::string_view text);

} // namespace kith::core
