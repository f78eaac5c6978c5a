// SPDX-License-Identifier: MIT
//
// Parses a file that file:consult/1 reads: Erlang terms, each with a full stop behind it. Atoms, strings, integers, floats, lists, tuples,
// binaries of characters, and external funs; bounded in depth and count. What else Erlang has is a fault, with its line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace erlang_terms {

struct Term {
    enum class Kind : std::uint8_t { atom, string, integer, real, list, tuple, binary, function };
    Kind kind = Kind::atom;
    std::string text; // of an atom, a string, a binary, in UTF-8; of a number and a function as it is written
    std::int64_t integer = 0;
    std::vector<Term> elements; // of a list or a tuple

    bool is_atom(std::string_view name) const noexcept { return kind == Kind::atom && text == name; }
    bool is_tuple(std::size_t size) const noexcept { return kind == Kind::tuple && elements.size() == size; }
};

struct TermFile {
    std::vector<Term> terms; // up to the fault
    std::string fault;       // such as "line 3: expected a term"; empty: none
};

TermFile parse_term_file(std::string_view text);

} // namespace erlang_terms
