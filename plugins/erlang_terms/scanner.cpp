// SPDX-License-Identifier: MIT
#include "scanner.hpp"

#include <epmd_names/utf8.hpp>

#include <algorithm>

namespace erlang_terms {
namespace {

using Char = Scanner::Char;

constexpr std::string_view reserved[] = {"after", "and",  "andalso", "band", "begin", "bnot",    "bor", "bsl",  "bsr",
                                         "bxor",  "case", "catch",   "cond", "div",   "end",     "fun", "if",   "let",
                                         "not",   "of",   "orelse",  "or",   "rem",   "receive", "try", "when", "xor"};

constexpr bool is_decimal(Char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(Char c) { return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff && c != 0xf7); }
constexpr bool is_upper(Char c) { return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7); }
constexpr bool is_word(Char c) { return is_lower(c) || is_upper(c) || is_decimal(c) || c == '_' || c == '@'; }
constexpr Char hex_digit(Char c) {
    if (is_decimal(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

// Bytes in quotes; those that are not printable ASCII are escaped.
std::string shown(std::string_view bytes) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f) {
            ((out += "\\x") += hex[byte >> 4U]) += hex[byte & 15U];
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
    return out + '"';
}

} // namespace

bool is_blank(Char c) noexcept { return c <= ' ' || (c >= 0x80 && c <= 0xa0); }

bool is_reserved(std::string_view word) noexcept { return std::ranges::find(reserved, word) != std::ranges::end(reserved); }

void append_utf8(std::string &out, Char c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        (out += static_cast<char>(0xc0 | c >> 6)) += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        if (c < 0x10000) {
            out += static_cast<char>(0xe0 | c >> 12);
        } else {
            (out += static_cast<char>(0xf0 | c >> 18)) += static_cast<char>(0x80 | (c >> 12 & 0x3f));
        }
        (out += static_cast<char>(0x80 | (c >> 6 & 0x3f))) += static_cast<char>(0x80 | (c & 0x3f));
    }
}

Char Scanner::peek() const noexcept {
    if (text_.empty()) return end_of_file;
    const auto next = epmd_names::first_code_point(text_);
    return next.size == 0 ? not_utf8 : next.value;
}

Char Scanner::take() noexcept {
    const Char c = peek();
    if (c == end_of_file) return c;
    text_.remove_prefix(c == not_utf8 ? 1 : epmd_names::first_code_point(text_).size);
    ++at_.column;
    if (c == '\n') at_ = {at_.line + 1, 1};
    return c;
}

bool Scanner::take_if(std::string_view ascii_word) noexcept {
    if (!text_.starts_with(ascii_word)) return false;
    text_.remove_prefix(ascii_word.size());
    at_.column += ascii_word.size();
    return true;
}

std::string Scanner::found() const {
    const Char c = peek();
    if (c == end_of_file) return "found the end of the file";
    if (c == '\n') return "found the end of the line";
    if (c == not_utf8) return "found the byte " + shown(text_.substr(0, 1)) + ", which is not UTF-8";
    return "found " + shown(text_.substr(0, epmd_names::first_code_point(text_).size));
}

void Scanner::skip() noexcept {
    for (;;) {
        if (const Char c = peek(); c == '%') {
            while (peek() != '\n' && peek() != end_of_file) take();
        } else if (is_blank(c)) {
            take();
        } else {
            return;
        }
    }
}

bool Scanner::at_bare_word() const noexcept { return is_lower(peek()); }

std::string Scanner::bare_word() {
    std::string out;
    while (is_word(peek())) append_utf8(out, take());
    return out;
}

std::string Scanner::quoted(char quote, bool one_line) {
    const Position begin = at_;
    take();
    std::string out;
    for (;;) {
        const Char c = peek();
        if (c == end_of_file || (one_line && c == '\n'))
            throw SyntaxError{begin, std::string("expected a closing quote for this one before the end of the ") +
                                         (one_line ? "line" : "file")};
        if (c == not_utf8) throw SyntaxError{at_, "expected text in UTF-8, " + found()};
        take();
        if (c == static_cast<unsigned char>(quote)) return out;
        append_utf8(out, c == '\\' ? escaped() : c);
    }
}

Char Scanner::character() {
    if (take_if("\\")) return escaped();
    if (peek() == end_of_file || peek() == not_utf8) throw SyntaxError{at_, "expected a character, " + found()};
    return take();
}

// The escape sequence after a backslash.
Char Scanner::escaped() {
    const Position begin = at_;
    if (peek() == end_of_file || peek() == '\n' || peek() == not_utf8)
        throw SyntaxError{at_, "expected a character after \\, " + found()};
    const Char c = take();
    switch (c) {
    case 'b': return 8;
    case 'd': return 127;
    case 'e': return 27;
    case 'f': return 12;
    case 'n': return 10;
    case 'r': return 13;
    case 's': return 32;
    case 't': return 9;
    case 'v': return 11;
    case 'x': return hexadecimal(begin);
    case '^':
        if (peek() < '@' || peek() > '_') throw SyntaxError{at_, "expected a letter after \\^, " + found()};
        return take() & 31U;
    default: break;
    }
    if (c < '0' || c > '7') return c;
    Char value = c - '0';
    for (int more = 2; more != 0 && peek() >= '0' && peek() <= '7'; --more) value = value * 8 + (take() - '0');
    return value;
}

Char Scanner::hexadecimal(Position begin) {
    const bool braces = take_if("{");
    Char value = 0;
    int digits = 0;
    for (; digits != (braces ? 6 : 2) && hex_digit(peek()) < 16; ++digits) value = value * 16 + hex_digit(take());
    const bool good =
        digits != 0 && (braces ? peek() == '}' : digits == 2) && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    if (!good) throw SyntaxError{begin, "expected the number of a character, such as \\xe4 or \\x{e4}"};
    if (braces) take();
    return value;
}

bool Scanner::take_full_stop() noexcept {
    Scanner after = *this;
    if (!after.take_if(".")) return false;
    if (const Char c = after.peek(); c != end_of_file && c != '%' && !is_blank(c)) return false;
    *this = after;
    return true;
}

} // namespace erlang_terms
