// SPDX-License-Identifier: MIT
//
// UTF-8, one character at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace kith::core {

// Bytes of the well-formed UTF-8 character that begins at text[at]; 0 when there is none.
inline std::size_t utf8_size(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(at);
    if (first < 0x80) return at < text.size() ? 1 : 0;
    if (first >= 0xc2 && first <= 0xdf) return tail(at + 1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned second = byte(at + 1);
        if (!tail(at + 1) || !tail(at + 2) || (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned second = byte(at + 1);
        if (!tail(at + 1) || !tail(at + 2) || !tail(at + 3) || (first == 0xf0 && second < 0x90) ||
            (first == 0xf4 && second > 0x8f))
            return 0;
        return 4;
    }
    return 0;
}

} // namespace kith::core
