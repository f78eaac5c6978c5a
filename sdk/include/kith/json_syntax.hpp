// SPDX-License-Identifier: MIT
//
// The syntax of JSON (RFC 8259) for kith::json_reader. Included by json.hpp.
#pragma once

#include "json.hpp"

namespace kith {

inline void json_reader::enter(level &inner, bool object) {
    inner.object = object;
    if (!expect(object ? '{' : '[', object ? "an object" : "a list")) return;
    value_ = false;
    if (depth_ == max_depth) return too_deep();
    ++depth_;
    inner.up = std::exchange(inside_, &inner);
    inner.open = true;
}

// To the next member or element; false: there is none.
inline bool json_reader::advance(level &inner) {
    while (inner.open) {
        if (value_) skip();
        space();
        if (!failed() && take(inner.object ? '}' : ']')) {
            inside_ = inner.up;
            --depth_;
            return inner.open = false;
        }
        if (failed() || (inner.count != 0 && !pass_comma(inner.object))) break;
        ++inner.count;
        value_ = true;
        if (!inner.object) return true;
        if (!pass_name(inner.name)) break;
        if (next() != kind::null) return true;
        skip();
    }
    if (inner.open) {
        inside_ = inner.up;
        --depth_;
    }
    return inner.open = false;
}

inline void json_reader::leave(level &inner) noexcept {
    try {
        while (advance(inner)) {
        }
    } catch (...) {
        inside_ = inner.up; // out of memory for the text of the error
        inner.open = false;
        error_ = "no memory";
    }
}

inline void json_reader::skip() {
    // Whether each container within the value is an object, a bit for each.
    static_assert(max_depth <= 64);
    std::uint64_t objects = 0;
    std::size_t levels = 0;
    std::string_view name;
    if (!begin_value()) return;
    do {
        space();
        const bool object = rest_.starts_with('{');
        if (object || rest_.starts_with('[')) {
            if (depth_ + levels == max_depth) return too_deep();
            rest_.remove_prefix(1);
            objects = objects << 1 | (object ? 1U : 0U);
            ++levels;
            space();
            if (!rest_.starts_with(object ? '}' : ']')) {
                if (object && !pass_name(name)) return;
                continue;
            }
        } else {
            pass_scalar();
            if (failed()) return;
        }
        for (; levels != 0; --levels, objects >>= 1) {
            space();
            if (!take((objects & 1) != 0 ? '}' : ']')) break;
        }
        if (levels == 0) break;
        if (!pass_comma((objects & 1) != 0) || ((objects & 1) != 0 && !pass_name(name))) return;
    } while (true);
    value_ = false;
}

inline void json_reader::pass_scalar() {
    for (const std::string_view word : {"true", "false", "null"}) {
        if (rest_.starts_with(word)) return end_value(word.size());
    }
    std::string_view raw;
    bool escaped = false;
    value_ = true;
    if (take('"'))
        pass_string(raw, escaped);
    else if (is_digit() || rest_.starts_with('-'))
        pass_number(raw, "a number");
    else
        malformed("a value");
}

inline bool json_reader::hex(std::string_view digits, std::uint32_t &out) noexcept {
    if (digits.size() < 4) return false;
    out = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + 4, out, 16);
    return fault == std::errc() && end == digits.data() + 4 && digits.front() != '-';
}

inline bool json_reader::pass_escape(std::size_t &at) {
    const std::string_view from = rest_.substr(at); // after the backslash
    if (from.empty()) return false;
    ++at;
    if (from.front() != 'u') return std::string_view("\"\\/bfnrt").find(from.front()) != std::string_view::npos;
    std::uint32_t code = 0, low = 0;
    if (!hex(from.substr(1), code)) return false;
    at += 4;
    if (code < 0xD800 || code > 0xDFFF) return true;
    at += 6; // only a pair of surrogates is a character
    return code < 0xDC00 && from.substr(5).starts_with("\\u") && hex(from.substr(7), low) && low >= 0xDC00 && low <= 0xDFFF;
}

inline bool json_reader::pass_string(std::string_view &raw, bool &escaped) {
    bool ascii = true;
    for (std::size_t at = 0; at < rest_.size();) {
        const auto c = static_cast<unsigned char>(rest_[at++]);
        if (c == '"') {
            raw = rest_.substr(0, at - 1);
            if (!ascii && kith_is_utf8(str(raw)) == 0) return malformed("UTF-8 in the string");
            end_value(at);
            return true;
        }
        if (c < 0x20) return malformed("no control character in the string");
        ascii = ascii && c < 0x80;
        if (c != '\\') continue;
        escaped = true;
        if (!pass_escape(at)) return malformed("valid escapes in the string");
    }
    return malformed("the end of the string");
}

inline bool json_reader::pass_number(std::string_view &raw, const char *expected) {
    if (!begin_value()) return false;
    if (!is_digit() && !rest_.starts_with('-')) {
        if (next() == kind::none) return malformed("a value");
        wrong(expected);
        return false;
    }
    const std::string_view from = rest_;
    const auto digits = [this] {
        if (!is_digit()) return malformed("a digit");
        while (is_digit()) rest_.remove_prefix(1);
        return true;
    };
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
        if (!take('+')) take('-');
        if (!digits()) return false;
    }
    raw = from.substr(0, from.size() - rest_.size());
    value_ = false;
    return true;
}

inline std::string json_reader::unescaped(std::string_view raw) {
    constexpr std::string_view names = "bfnrt", values = "\b\f\n\r\t";
    std::string out;
    out.reserve(raw.size());
    while (!raw.empty()) {
        const auto plain = raw.substr(0, raw.find('\\'));
        out.append(plain);
        raw.remove_prefix(plain.size());
        if (raw.empty()) break;
        const char c = raw[1];
        raw.remove_prefix(2);
        if (c != 'u') {
            const auto at = names.find(c);
            out += at == std::string_view::npos ? c : values[at];
            continue;
        }
        std::uint32_t code = 0, low = 0;
        (void)hex(raw, code);
        raw.remove_prefix(4);
        if (code >= 0xD800 && code <= 0xDFFF) {
            (void)hex(raw.substr(2), low);
            raw.remove_prefix(6);
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
        if (code < 0x80) {
            byte(code);
            continue;
        }
        if (code >= 0x10000) byte(0xF0 | code >> 18);
        if (code >= 0x10000) byte(0x80 | (code >> 12 & 0x3F));
        if (code >= 0x800 && code < 0x10000) byte(0xE0 | code >> 12);
        if (code >= 0x800) byte(0x80 | (code >> 6 & 0x3F));
        if (code < 0x800) byte(0xC0 | code >> 6);
        byte(0x80 | (code & 0x3F));
    }
    return out;
}

inline std::string json_reader::path() const {
    constexpr std::size_t longest = 64;
    std::string out;
    for (const level *at = inside_; at != nullptr; at = at->up) {
        if (!at->object) {
            out.insert(0, "[" + std::to_string(at->count == 0 ? 0 : at->count - 1) + "]");
            continue;
        }
        std::string_view name = at->name.substr(0, longest);
        while (name.size() < at->name.size() && !name.empty() && (at->name[name.size()] & 0xC0) == 0x80) name.remove_suffix(1);
        out.insert(0, (at->up == nullptr ? "" : ".") + std::string(name));
    }
    return out.empty() ? " at the top level" : " at " + out;
}

} // namespace kith
