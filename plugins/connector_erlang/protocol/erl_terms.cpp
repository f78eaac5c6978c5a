// SPDX-License-Identifier: MIT
#include "erl_terms.hpp"

#include <charconv>

namespace kith::erlang {
namespace {

constexpr int max_depth = 32;
constexpr std::size_t max_count = 4096; // of terms in a file, at whatever depth

// Thrown and caught in this file.
struct TermFault {
    std::string what;
};

bool is_blank(char c) noexcept { return static_cast<unsigned char>(c) <= ' '; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_name(char c) noexcept { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '@'; }

void append_utf8(std::string &out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
    } else if (code < 0x10000) {
        out += {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3f)),
                static_cast<char>(0x80 | (code & 0x3f))};
    } else {
        out += {static_cast<char>(0xf0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3f)),
                static_cast<char>(0x80 | (code >> 6 & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
    }
}

class TermReader {
  public:
    explicit TermReader(std::string_view text) noexcept : text_(text) {}

    ErlTerms read() {
        ErlTerms out;
        try {
            for (skip(); at_ < text_.size(); skip()) {
                out.terms.push_back(term(0));
                skip();
                if (!take('.') || (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '%'))
                    throw TermFault{"expected a full stop behind the term"};
            }
        } catch (const TermFault &fault) {
            std::size_t line = 1;
            for (const char c : text_.substr(0, at_)) line += c == '\n' ? 1 : 0;
            out.fault = "line " + std::to_string(line) + ": " + fault.what;
        }
        return out;
    }

  private:
    char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) noexcept {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool take(std::string_view word) noexcept {
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    void skip() noexcept {
        while (at_ < text_.size()) {
            if (text_[at_] == '%') {
                while (at_ < text_.size() && text_[at_] != '\n') ++at_;
            } else if (is_blank(text_[at_])) {
                ++at_;
            } else {
                return;
            }
        }
    }

    ErlTerm term(int depth) {
        if (depth >= max_depth) throw TermFault{"terms are nested deeper than 32"};
        if (++count_ > max_count) throw TermFault{"more than 4096 terms"};
        skip();
        const char c = peek();
        ErlTerm out;
        if (take('[')) {
            out.kind = ErlTerm::Kind::list;
            elements(out, ']', depth);
        } else if (take('{')) {
            out.kind = ErlTerm::Kind::tuple;
            elements(out, '}', depth);
        } else if (c == '"') {
            out.kind = ErlTerm::Kind::string;
            strings(out.text);
        } else if (take("<<")) {
            out.kind = ErlTerm::Kind::binary;
            skip();
            if (peek() == '"') strings(out.text);
            take("/utf8");
            skip();
            if (!take(">>")) throw TermFault{"expected a binary of characters, such as <<\"text\">>"};
        } else if (is_digit(c) || ((c == '-' || c == '+') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
            number(out);
        } else if (take('$')) {
            out.kind = ErlTerm::Kind::integer;
            out.integer = static_cast<std::int64_t>(character());
        } else if (c == '\'' || is_lower(c)) {
            out.text = atom();
            if (c != '\'' && out.text == "fun") function(out);
        } else {
            throw TermFault{at_ < text_.size() ? "expected a term: an atom, a string, a number, a list or a tuple"
                                               : "the file ends within a term"};
        }
        return out;
    }

    void elements(ErlTerm &out, char end, int depth) {
        skip();
        if (take(end)) return;
        do {
            out.elements.push_back(term(depth + 1));
            skip();
        } while (take(','));
        if (!take(end)) throw TermFault{std::string("expected , or ") + end};
    }

    // Several in a row are one.
    void strings(std::string &out) {
        while (take('"')) {
            quoted(out, '"');
            skip();
        }
    }

    void quoted(std::string &out, char end) {
        while (!take(end)) {
            if (at_ >= text_.size()) throw TermFault{std::string("expected a closing ") + end};
            if (peek() == '\\') {
                append_utf8(out, character());
            } else {
                out += text_[at_++];
            }
        }
    }

    std::string atom() {
        std::string out;
        if (take('\'')) {
            quoted(out, '\'');
            return out;
        }
        while (at_ < text_.size() && is_name(text_[at_])) out += text_[at_++];
        return out;
    }

    // One character, which may be escaped. Of one beyond ASCII its first byte.
    std::uint32_t character() {
        if (at_ >= text_.size()) throw TermFault{"expected a character"};
        if (!take('\\')) return static_cast<unsigned char>(text_[at_++]);
        const char c = peek();
        if (c >= '0' && c <= '7') return digits(8, 3);
        if (at_ < text_.size()) ++at_;
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
        case 'x': {
            const bool braces = take('{');
            const std::uint32_t code = digits(16, braces ? 6 : 2);
            if ((braces && !take('}')) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
                throw TermFault{"expected a character's number, as in \\x{e9}"};
            return code;
        }
        default: return static_cast<unsigned char>(c);
        }
    }

    std::uint32_t digits(int base, std::size_t most) {
        const std::string_view some = text_.substr(at_, most);
        std::uint32_t out = 0;
        const auto end = std::from_chars(some.data(), some.data() + some.size(), out, base);
        if (end.ec != std::errc{}) throw TermFault{"expected a character's number"};
        at_ += static_cast<std::size_t>(end.ptr - some.data());
        return out;
    }

    void number(ErlTerm &out) {
        const std::size_t begin = at_;
        take('+');
        out.kind = ErlTerm::Kind::integer;
        const char *from = text_.data() + at_, *end = text_.data() + text_.size();
        auto read = std::from_chars(from, end, out.integer);
        if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '#' && out.integer >= 2 && out.integer <= 36) {
            const int base = static_cast<int>(out.integer);
            read = std::from_chars(read.ptr + 1, end, out.integer, base);
        }
        if (read.ec != std::errc{}) throw TermFault{"expected an integer of at most 64 bits"};
        at_ = static_cast<std::size_t>(read.ptr - text_.data());
        // A full stop ends the term unless a digit follows.
        if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
            out.kind = ErlTerm::Kind::number;
            for (++at_; is_digit(peek()) || peek() == 'e' || peek() == 'E' || peek() == '-' || peek() == '+';) ++at_;
        }
        out.text = text_.substr(begin, at_ - begin);
    }

    void function(ErlTerm &out) {
        out.kind = ErlTerm::Kind::function;
        skip();
        const std::size_t begin = at_;
        atom();
        bool good = take(':');
        atom();
        good = good && take('/') && is_digit(peek());
        if (!good) throw TermFault{"expected an external fun, such as fun module:function/3"};
        while (is_digit(peek())) ++at_;
        out.text = text_.substr(begin, at_ - begin);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
};

} // namespace

ErlTerms read_erl_terms(std::string_view text) { return TermReader(text).read(); }

} // namespace kith::erlang
