// SPDX-License-Identifier: MIT
//
// Patterns of node names: * is any characters, ? is one, everything else is itself.
#pragma once

#include <cstddef>
#include <string_view>

namespace kith::erlang {

/// The whole name. Takes at most (length of the pattern) x (length of the name) steps.
constexpr bool matches(std::string_view pattern, std::string_view name) noexcept {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos; // behind the last one
    std::size_t taken = 0;                     // up to where it has taken the name
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            taken = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star;
            n = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

} // namespace kith::erlang
