// SPDX-License-Identifier: MIT
//
// Base64 (RFC 4648, section 4), for values in JSON or YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

namespace base64_detail {
inline constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of a digit; 64: it is none.
constexpr std::uint32_t value_of(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}
} // namespace base64_detail

/// With padding, on one line.
[[nodiscard]] inline std::string base64_encode(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (have += 8; have >= 6; have -= 6) out += base64_detail::digits[bits >> (have - 6) & 63];
    }
    if (have != 0) out += base64_detail::digits[bits << (6 - have) & 63];
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

/// Spaces and line breaks are ignored; the padding may be left out, but is right if it is there. Empty: it is not base64.
[[nodiscard]] inline std::optional<std::string> base64_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    std::size_t digits = 0, padding = 0;
    for (const char c : text) {
        if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const auto value = base64_detail::value_of(c);
        if (value == 64 || padding != 0) return std::nullopt;
        bits = bits << 6 | value;
        if (const auto phase = digits++ % 4; phase != 0) out += static_cast<char>(bits >> (6 - 2 * phase) & 0xff);
    }
    const auto last = digits % 4; // digits of an incomplete group: 2 are one byte, 3 are two
    if (last == 1 || (padding != 0 && (last == 0 || padding != 4 - last))) return std::nullopt;
    return out;
}

} // namespace kith
