// SPDX-License-Identifier: MIT
//
// The characters of atoms that Erlang writes without quotes.
#pragma once

namespace kith::erlang::etf {

constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_word(char c) noexcept { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '@'; }

} // namespace kith::erlang::etf
