// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kith {

namespace detail {

bool is_utf8_beyond_ascii(std::string_view text) noexcept;

template <class Word>
bool has_high_bit(const char *p) noexcept {
    Word word;
    std::memcpy(&word, p, sizeof word);
    return (word & static_cast<Word>(0x8080808080808080u)) != 0;
}

} // namespace detail

/// Optimized for the short strings of peers: compares whole words, the last one overlapping.
inline bool is_ascii(std::string_view text) noexcept {
    const char *p = text.data();
    const std::size_t size = text.size();
    if (size >= 8) {
        for (std::size_t at = 0; at + 8 < size; at += 8) {
            if (detail::has_high_bit<std::uint64_t>(p + at)) return false;
        }
        return !detail::has_high_bit<std::uint64_t>(p + size - 8);
    }
    if (size >= 4) return !detail::has_high_bit<std::uint32_t>(p) && !detail::has_high_bit<std::uint32_t>(p + size - 4);
    for (std::size_t at = 0; at < size; ++at) {
        if ((static_cast<unsigned char>(p[at]) & 0x80u) != 0) return false;
    }
    return true;
}

/// Whether the text is UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(std::string_view text) noexcept { return is_ascii(text) || detail::is_utf8_beyond_ascii(text); }

/// The size in bytes of the valid character at text[at]; 0 when there is none.
std::size_t utf8_size(std::string_view text, std::size_t at) noexcept;

} // namespace kith
