// SPDX-License-Identifier: MIT
#include "term_file_parser.hpp"

#include "scanner.hpp"

#include <algorithm>
#include <charconv>

namespace erlang_terms {
namespace {

constexpr int max_depth = 32;
constexpr std::size_t max_count = 4096; // of terms in a file, at whatever depth

bool is_digit(Scanner::Char c) noexcept { return c >= '0' && c <= '9'; }

class TermFileParser {
  public:
    explicit TermFileParser(std::string_view text) noexcept : in_(text) {}

    TermFile parse() {
        TermFile out;
        try {
            for (in_.skip(); in_.peek() != Scanner::end_of_file; in_.skip()) {
                out.terms.push_back(term(0));
                in_.skip();
                if (!in_.take_full_stop()) fail("expected a full stop behind the term");
            }
        } catch (const SyntaxError &why) {
            out.fault = "line " + std::to_string(why.position.line) + ": " + why.expected;
        }
        return out;
    }

  private:
    [[noreturn]] void fail(std::string what) const { throw SyntaxError{in_.position(), std::move(what)}; }

    Term term(int depth) {
        if (depth >= max_depth) fail("terms are nested deeper than 32");
        if (++count_ > max_count) fail("more than 4096 terms");
        in_.skip();
        Term out;
        if (in_.take_if("[")) {
            out.kind = Term::Kind::list;
            elements(out, "]", depth);
        } else if (in_.take_if("{")) {
            out.kind = Term::Kind::tuple;
            elements(out, "}", depth);
        } else if (in_.peek() == '"') {
            out.kind = Term::Kind::string;
            out.text = strings();
        } else if (in_.take_if("<<")) {
            out.kind = Term::Kind::binary;
            in_.skip();
            out.text = strings();
            in_.take_if("/utf8");
            in_.skip();
            if (!in_.take_if(">>")) fail("expected a binary of characters, such as <<\"text\">>");
        } else if (at_number()) {
            number(out);
        } else if (in_.take_if("$")) {
            out.kind = Term::Kind::integer;
            out.integer = static_cast<std::int64_t>(in_.character());
        } else if (in_.peek() == '\'') {
            out.text = in_.quoted('\'', false);
        } else if (in_.at_bare_word()) {
            word(out);
        } else {
            fail(in_.peek() == Scanner::end_of_file
                     ? "the file ends within a term"
                     : "expected a term: an atom, a string, a number, a list or a tuple, " + in_.found());
        }
        return out;
    }

    void elements(Term &out, std::string_view end, int depth) {
        in_.skip();
        if (in_.take_if(end)) return;
        do {
            out.elements.push_back(term(depth + 1));
            in_.skip();
        } while (in_.take_if(","));
        if (!in_.take_if(end)) fail("expected , or " + std::string(end));
    }

    // Several in a row are one.
    std::string strings() {
        std::string out;
        while (in_.peek() == '"') {
            out += in_.quoted('"', false);
            in_.skip();
        }
        return out;
    }

    bool at_number() const noexcept {
        const std::string_view rest = in_.rest();
        const bool sign = rest.starts_with('-') || rest.starts_with('+');
        return rest.size() > (sign ? 1 : 0) && is_digit(static_cast<unsigned char>(rest[sign ? 1 : 0]));
    }

    void number(Term &out) {
        const std::string_view all = in_.rest();
        std::string_view rest = all;
        if (rest.starts_with('+')) rest.remove_prefix(1);
        out.kind = Term::Kind::integer;
        const char *end = rest.data() + rest.size();
        auto read = std::from_chars(rest.data(), end, out.integer);
        if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '#' && out.integer >= 2 && out.integer <= 36)
            read = std::from_chars(read.ptr + 1, end, out.integer, static_cast<int>(out.integer));
        if (read.ec != std::errc{}) fail("expected an integer of at most 64 bits");
        auto size = static_cast<std::size_t>(read.ptr - all.data());
        // A full stop ends the term unless a digit follows.
        if (size + 1 < all.size() && all[size] == '.' && is_digit(static_cast<unsigned char>(all[size + 1]))) {
            out.kind = Term::Kind::real;
            size = std::min(all.find_first_not_of("0123456789eE+-", size + 1), all.size());
        }
        out.text = all.substr(0, size);
        in_.take_if(out.text);
    }

    void word(Term &out) {
        out.text = in_.bare_word();
        if (out.text == "fun") return function(out);
        if (is_reserved(out.text)) fail("expected a term, found a reserved word of Erlang: " + out.text);
    }

    void function(Term &out) {
        out.kind = Term::Kind::function;
        in_.skip();
        out.text = name();
        bool good = in_.take_if(":");
        out.text += ':' + name();
        good = good && in_.take_if("/") && is_digit(in_.peek());
        if (!good) fail("expected an external fun, such as fun module:function/3");
        out.text += '/';
        while (is_digit(in_.peek())) append_utf8(out.text, in_.take());
    }

    std::string name() { return in_.peek() == '\'' ? in_.quoted('\'', false) : in_.bare_word(); }

    Scanner in_;
    std::size_t count_ = 0;
};

} // namespace

TermFile parse_term_file(std::string_view text) { return TermFileParser(text).parse(); }

} // namespace erlang_terms
