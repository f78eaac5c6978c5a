// SPDX-License-Identifier: MIT
//
// The cookie in the content of a cookie file, as Erlang reads it (kernel, auth.erl; OTP 25): the first line, of characters from the blank to
// the tilde, all of which count. Behind it there may be line ends and blanks. An atom has at most 255 characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kith::erlang {

struct CookieText {
    enum class Fault : std::uint8_t { none, empty, too_long, malformed };

    Fault fault = Fault::none;
    std::string_view cookie; ///< of the content
};

constexpr CookieText cookie_in(std::string_view content) noexcept {
    constexpr std::size_t longest = 255;
    const std::size_t end = content.find_first_of("\r\n");
    const std::string_view line = content.substr(0, end);
    if (end != std::string_view::npos && content.find_first_not_of("\r\n ", end) != std::string_view::npos)
        return {CookieText::Fault::malformed, {}};
    for (const char c : line) {
        if (c < ' ' || c > '~') return {CookieText::Fault::malformed, {}};
    }
    if (line.empty()) return {CookieText::Fault::empty, {}};
    if (line.size() > longest) return {CookieText::Fault::too_long, {}};
    return {CookieText::Fault::none, line};
}

} // namespace kith::erlang
