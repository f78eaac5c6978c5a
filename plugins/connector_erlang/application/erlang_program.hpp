// SPDX-License-Identifier: MIT
//
// Erlang source that the driven node parses and evaluates: the arguments of erl_eval:expr/5 for it, whose answer is the value of the last
// expression. Modules of the node alone are needed: erl_scan, erl_parse and erl_eval of stdlib.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace kith::erlang {

struct Binding {
    std::string_view variable;
    std::string term; // encoded
};

inline constexpr std::string_view program_module = "erl_eval";
inline constexpr std::string_view program_function = "expr";

/// The encoded list of arguments. source: expressions with a full stop at the end.
std::string program_arguments(std::string_view source, std::span<const Binding> bindings);

// Encoded terms for bindings.
std::string atom_term(std::string_view name);
std::string atoms_term(std::span<const std::string> names);
std::string binary_term(std::string_view bytes);
std::string flag_term(bool value);

} // namespace kith::erlang
