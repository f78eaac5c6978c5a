// SPDX-License-Identifier: MIT
//
// Erlang terms as a file holds them that file:consult/1 reads: atoms, strings, integers, lists, tuples, binaries of characters, and
// external funs, each term with a full stop behind it. Bounded in depth and count; what else Erlang knows is a fault with its line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::erlang {

struct ErlTerm {
    enum class Kind : std::uint8_t { atom, string, integer, number, list, tuple, binary, function };
    Kind kind = Kind::atom;
    std::string text; // of an atom, a string, a binary, in UTF-8; of a number and a function as it is written
    std::int64_t integer = 0;
    std::vector<ErlTerm> elements; // of a list or a tuple

    bool is_atom(std::string_view name) const noexcept { return kind == Kind::atom && text == name; }
    bool is_tuple(std::size_t size) const noexcept { return kind == Kind::tuple && elements.size() == size; }
};

struct ErlTerms {
    std::vector<ErlTerm> terms; // up to the fault
    std::string fault;          // such as "line 3: expected a term"; empty: none
};

ErlTerms read_erl_terms(std::string_view text);

} // namespace kith::erlang
