// SPDX-License-Identifier: MIT
//
// An entry of `plugins.allow`: this file, with exactly these bytes, may be loaded from wherever it lies (rule L1).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kith::core {

struct Pin {
    std::string file;   ///< file name without its directory
    std::string sha256; ///< 64 lower-case hexadecimal digits

    bool operator==(const Pin &) const = default;
};

/// As it is written in the configuration: "sha256:<64 hexadecimal digits> <file name>". Nothing when it is not that.
std::optional<Pin> parse_pin(std::string_view text);

/// The text that parse_pin reads.
std::string to_string(const Pin &pin);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

} // namespace kith::core
