// SPDX-License-Identifier: MIT
#include <kith/hosting/utf8.hpp>

namespace kith {

namespace {

bool continues(const unsigned char *p) noexcept { return (*p & 0xc0) == 0x80; }

// The size of the character at p in bytes, 0 when it is invalid.
unsigned character(const unsigned char *p, const unsigned char *end) noexcept {
    const unsigned char lead = *p;
    const auto left = end - p;
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return left >= 2 && continues(p + 1) ? 2 : 0;
    if (lead < 0xf0) {
        if (left < 3 || !continues(p + 1) || !continues(p + 2)) return 0;
        if (lead == 0xe0 && p[1] < 0xa0) return 0;
        if (lead == 0xed && p[1] >= 0xa0) return 0;
        return 3;
    }
    if (lead > 0xf4 || left < 4 || !continues(p + 1) || !continues(p + 2) || !continues(p + 3)) return 0;
    if (lead == 0xf0 && p[1] < 0x90) return 0;
    if (lead == 0xf4 && p[1] >= 0x90) return 0;
    return 4;
}

} // namespace

bool detail::is_utf8_beyond_ascii(std::string_view text) noexcept {
    const auto *p = reinterpret_cast<const unsigned char *>(text.data());
    const auto *const end = p + text.size();
    while (p != end) {
        const unsigned size = character(p, end);
        if (size == 0) return false;
        p += size;
    }
    return true;
}

std::size_t utf8_size(std::string_view text, std::size_t at) noexcept {
    if (at >= text.size()) return 0;
    const auto *const begin = reinterpret_cast<const unsigned char *>(text.data());
    return character(begin + at, begin + text.size());
}

} // namespace kith
