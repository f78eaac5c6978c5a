// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace epmd_names {

struct CodePoint {
    std::uint32_t value = 0;
    std::uint32_t size = 0; // in bytes; 0: not UTF-8
};

/// The first code point of a non-empty text. Surrogates, overlong forms and values above U+10FFFF are not UTF-8.
constexpr CodePoint first_code_point(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t lead = at(0);
    if (lead < 0x80) return {lead, 1};
    const std::uint32_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
    std::uint32_t value = lead & (0x7fU >> size);
    for (std::uint32_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0U) != 0x80) return {};
        value = value << 6U | (at(i) & 0x3fU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
    return {value, size};
}

} // namespace epmd_names
