// SPDX-License-Identifier: MIT
//
// Scans Erlang source text as erl_scan does, in UTF-8: blanks, comments, atoms, quoted text with escape sequences, full stops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace erlang_terms {

struct Position {
    std::size_t line = 1, column = 1; // the column is counted in characters
};

/// Thrown by a Scanner, for the parser that uses it to catch.
struct SyntaxError {
    Position position;
    std::string expected; // a sentence: "expected ..., found ..."
};

class Scanner {
  public:
    using Char = std::uint32_t; // a code point, or one of these two
    static constexpr Char end_of_file = ~Char{0};
    static constexpr Char not_utf8 = end_of_file - 1;

    explicit Scanner(std::string_view text) noexcept : text_(text) {}

    /// The next character.
    Char peek() const noexcept;
    Char take() noexcept;
    /// Takes the word if it comes next.
    bool take_if(std::string_view ascii_word) noexcept;
    std::string_view rest() const noexcept { return text_; }
    Position position() const noexcept { return at_; }
    /// What comes next, for an error text: "found the end of the line".
    std::string found() const;

    /// Skips blanks and comments.
    void skip() noexcept;

    bool at_bare_word() const noexcept;
    /// An atom without quotes, a reserved word, or the name of a module or function: a lowercase letter and what may follow it.
    std::string bare_word();
    /// Text in quotes, of which the opening one comes next. one_line: it ends on its line.
    std::string quoted(char quote, bool one_line);
    /// The character after a `$`, or an escape sequence.
    Char character();
    /// Takes a full stop that is followed by a blank, a comment or the end of the file. False, with nothing taken: another character
    /// comes next, or follows it.
    bool take_full_stop() noexcept;

  private:
    Char escaped();
    Char hexadecimal(Position begin);

    std::string_view text_;
    Position at_;
};

bool is_blank(Scanner::Char c) noexcept;
/// A word that is an atom only in quotes.
bool is_reserved(std::string_view word) noexcept;
void append_utf8(std::string &out, Scanner::Char c);

} // namespace erlang_terms
