// SPDX-License-Identifier: MIT
#include "hosts_file_parser.hpp"

#include <epmd_names/names_reply.hpp>
#include <epmd_names/utf8.hpp>
#include <kith/peer_host.hpp>

#include <algorithm>
#include <unordered_set>

namespace erlang_hosts {
namespace {

using Char = std::uint32_t;

constexpr Char end_of_file = ~Char{0};
constexpr Char no_text = end_of_file - 1; // a byte that is not UTF-8

// Reserved words, which are atoms only in quotes.
constexpr std::string_view reserved[] = {"after", "and",  "andalso", "band", "begin", "bnot",    "bor", "bsl",  "bsr",
                                         "bxor",  "case", "catch",   "cond", "div",   "end",     "fun", "if",   "let",
                                         "not",   "of",   "orelse",  "or",   "rem",   "receive", "try", "when", "xor"};

constexpr bool is_blank(Char c) { return c <= ' ' || (c >= 0x80 && c <= 0xa0); }
constexpr bool is_digit(Char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(Char c) { return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff && c != 0xf7); }
constexpr bool is_upper(Char c) { return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7); }
constexpr bool goes_on(Char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '@'; }
constexpr int digit(Char c) {
    if (is_digit(c)) return static_cast<int>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A' + 10);
    return 16;
}

void append(std::string &out, Char c) {
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

struct Position {
    std::size_t line = 1, column = 1;
};

class Reader {
  public:
    Reader(std::string_view text, std::string_view path) : text_(text), path_(path) {}

    std::vector<std::string> all() {
        std::vector<std::string> hosts;
        std::unordered_set<std::string> known;
        for (skip(); peek() != end_of_file; skip()) {
            const Position begin = at_;
            std::string host = atom();
            if (!epmd_names::is_name_part(host))
                fail(begin, "expected the name of a host, found the atom " + epmd_names::excerpt(host));
            if (const auto fault = kith::fault_of_host(host); fault != kith::host_fault::none)
                fail(begin, "expected the name or the address of a host, found " + epmd_names::excerpt(host) + ": " +
                                std::string(kith::text_of(fault)));
            full_stop(host);
            if (!known.insert(host).second) continue;
            if (hosts.size() == max_hosts)
                throw kith::error(KITH_LIMIT, where(begin) + "more than " + std::to_string(max_hosts) + " hosts");
            hosts.push_back(std::move(host));
        }
        return hosts;
    }

  private:
    Char peek() const noexcept {
        if (text_.empty()) return end_of_file;
        const auto next = epmd_names::first_code_point(text_);
        return next.size == 0 ? no_text : next.value;
    }
    Char take() noexcept {
        const Char c = peek();
        if (c == end_of_file) return c;
        text_.remove_prefix(c == no_text ? 1 : epmd_names::first_code_point(text_).size);
        ++at_.column;
        if (c == '\n') at_ = {at_.line + 1, 1};
        return c;
    }
    // Skips blanks and comments.
    void skip() noexcept {
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

    std::string where(Position position) const {
        return std::string(path_) + ':' + std::to_string(position.line) + ':' + std::to_string(position.column) + ": ";
    }
    [[noreturn]] void fail(Position position, const std::string &what) const {
        throw kith::error(KITH_INVALID, where(position) + what);
    }
    std::string found() const {
        const Char c = peek();
        if (c == end_of_file) return "found the end of the file";
        if (c == '\n') return "found the end of the line";
        if (c == no_text) return "found the byte " + epmd_names::excerpt(text_.substr(0, 1)) + ", which is not UTF-8";
        return "found " + epmd_names::excerpt(text_.substr(0, epmd_names::first_code_point(text_).size));
    }

    std::string atom() {
        if (peek() == '\'') return quoted();
        if (is_lower(peek())) return bare();
        fail(at_, "expected the name of a host as an atom, such as 'host.example' or host, " + found());
    }

    std::string bare() {
        const Position begin = at_;
        std::string out;
        while (goes_on(peek())) append(out, take());
        if (std::ranges::find(reserved, out) != std::ranges::end(reserved))
            fail(begin, "expected the name of a host, found a reserved word of Erlang; write it in quotes: '" + out + "'");
        if (peek() == '-')
            fail(at_, "expected a full stop after " + out + ", found \"-\"; write a name with a hyphen in quotes: 'a-b'");
        return out;
    }

    std::string quoted() {
        const Position begin = at_;
        take();
        std::string out;
        for (;;) {
            const Char c = peek();
            if (c == end_of_file || c == '\n') fail(begin, "expected a closing quote for this one before the end of the line");
            if (c == no_text) fail(at_, "expected text in UTF-8, " + found());
            take();
            if (c == '\'') return out;
            append(out, c == '\\' ? escaped() : c);
        }
    }

    // The escape sequence after a backslash, as in Erlang's scanner.
    Char escaped() {
        const Position begin = at_;
        if (peek() == end_of_file || peek() == '\n' || peek() == no_text)
            fail(at_, "expected a character after \\, " + found());
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
            if (peek() < '@' || peek() > '_') fail(at_, "expected a letter after \\^, " + found());
            return take() & 31U;
        default: break;
        }
        if (c < '0' || c > '7') return c;
        Char value = c - '0';
        for (int more = 2; more != 0 && peek() >= '0' && peek() <= '7'; --more) value = value * 8 + (take() - '0');
        return value;
    }

    Char hexadecimal(Position begin) {
        const bool braces = peek() == '{';
        if (braces) take();
        Char value = 0;
        int digits = 0;
        for (; digits != (braces ? 6 : 2) && digit(peek()) < 16; ++digits)
            value = value * 16 + static_cast<Char>(digit(take()));
        const bool good =
            digits != 0 && (braces ? peek() == '}' : digits == 2) && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
        if (!good) fail(begin, "expected the number of a character, such as \\xe4 or \\x{e4}");
        if (braces) take();
        return value;
    }

    // A full stop, followed by a blank, a comment or the end of the file.
    void full_stop(const std::string &host) {
        skip();
        const Position begin = at_;
        if (peek() != '.') fail(begin, "expected a full stop after " + host + ", " + found());
        take();
        if (const Char c = peek(); c != end_of_file && c != '%' && !is_blank(c))
            fail(begin, "expected a blank or the end of the line after the full stop; write a name with dots in quotes: "
                        "'host.example'");
    }

    std::string_view text_;
    std::string_view path_;
    Position at_;
};

} // namespace

kith::result<std::vector<std::string>> parse_hosts_file(std::string_view text, std::string_view path) {
    try {
        return Reader(text, path).all();
    } catch (kith::error &why) {
        return std::move(why);
    }
}

} // namespace erlang_hosts
