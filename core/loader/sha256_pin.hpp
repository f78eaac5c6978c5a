// SPDX-License-Identifier: MIT
//
// An entry of `plugins.allow`: a file with this SHA-256 may be loaded from any path (rule L1).
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace kith::core {

struct Pin {
    std::string file;   ///< file name without directory; empty: any
    std::string sha256; ///< 64 lower-case hexadecimal digits

    bool operator==(const Pin &) const = default;
};

/// As in the configuration: "sha256:<64 hexadecimal digits> <file name>".
std::string to_string(const Pin &pin);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

} // namespace kith::core
