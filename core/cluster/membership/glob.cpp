// SPDX-License-Identifier: MIT
#include <core/cluster/membership/glob.hpp>

#include <kith/hosting/utf8.hpp>

#include <algorithm>

namespace kith::core {

namespace {

// Bytes of the character at `at`; a stray byte counts as one.
std::size_t step(std::string_view text, std::size_t at) { return std::max<std::size_t>(utf8_size(text, at), 1); }

// The end of the set that begins at pattern[at] == '[', or npos. A ] right after the opening stands for itself.
std::size_t set_end(std::string_view pattern, std::size_t at) {
    std::size_t i = at + 1;
    if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
    bool first = true;
    while (i < pattern.size()) {
        if (pattern[i] == ']' && !first) return i;
        first = false;
        if (pattern[i] == '\\') ++i;
        if (i < pattern.size()) i += step(pattern, i);
    }
    return std::string_view::npos;
}

std::string_view set_character(std::string_view pattern, std::size_t &i) {
    if (pattern[i] == '\\') ++i;
    const std::string_view character = pattern.substr(i, step(pattern, i));
    i += character.size();
    return character;
}

// UTF-8 sorts as its characters do, so a range is a comparison of bytes.
bool set_has(std::string_view pattern, std::size_t at, std::size_t end, std::string_view character) {
    std::size_t i = at + 1;
    bool negated = false;
    if (pattern[i] == '!' || pattern[i] == '^') {
        negated = true;
        ++i;
    }
    bool found = false;
    while (i < end) {
        const std::string_view low = set_character(pattern, i);
        std::string_view high = low;
        if (i + 1 < end && pattern[i] == '-') {
            ++i;
            high = set_character(pattern, i);
        }
        found = found || (low <= character && character <= high);
    }
    return found != negated;
}

} // namespace

bool glob_match(std::string_view pattern, std::string_view name) {
    constexpr std::size_t no_star = std::string_view::npos;
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = no_star; // pattern after the last star, and where in the name it was last tried
    std::size_t retry = 0;
    while (n < name.size() || p < pattern.size()) {
        if (p < pattern.size()) {
            const char c = pattern[p];
            if (c == '*') {
                star = ++p;
                retry = n;
                continue;
            }
            if (n < name.size()) {
                const std::size_t size = step(name, n);
                if (c == '?') {
                    ++p;
                    n += size;
                    continue;
                }
                if (c == '[') {
                    if (const std::size_t end = set_end(pattern, p);
                        end != std::string_view::npos && set_has(pattern, p, end, name.substr(n, size))) {
                        p = end + 1;
                        n += size;
                        continue;
                    }
                } else {
                    const std::size_t literal = c == '\\' && p + 1 < pattern.size() ? p + 1 : p;
                    if (pattern[literal] == name[n]) {
                        p = literal + 1;
                        ++n;
                        continue;
                    }
                }
            }
        }
        if (star == no_star || retry >= name.size()) return false;
        p = star;
        n = retry += step(name, retry);
    }
    return true;
}

std::string glob_error(std::string_view pattern) {
    if (pattern.empty()) return "the glob is empty; expected at least one character, * matches every name";
    for (std::size_t i = 0; i < pattern.size();) {
        if (pattern[i] == '\\') {
            if (i + 1 == pattern.size()) return "the glob ends in a single \\; write \\\\ for a backslash";
            i += 1 + step(pattern, i + 1);
        } else if (pattern[i] == '[') {
            const std::size_t end = set_end(pattern, i);
            if (end == std::string_view::npos)
                return "the [ at byte " + std::to_string(i + 1) + " has no ]; write \\[ for the character itself";
            i = end + 1;
        } else {
            i += step(pattern, i);
        }
    }
    return {};
}

} // namespace kith::core
