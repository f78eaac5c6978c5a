// SPDX-License-Identifier: MIT
//
// [module, function, arguments] of an option, as libcluster has them: the peer's name is put behind the arguments, as an atom.
#pragma once

#include <kith/options.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang {

struct Mfa {
    std::string module;
    std::string function;
    std::string arguments; // encoded, one behind the other
    std::uint32_t arity = 0;

    bool is(std::string_view m, std::string_view f) const noexcept { return module == m && function == f; }
    /// module:function/arity, as it is called with `more` arguments.
    std::string text(std::uint32_t more) const;
    /// The encoded list of arguments.
    std::string list() const;
    std::string list_with_atom(std::string_view name) const;
};

/// A string is an atom, {"binary": "..."} is a binary and {"string": "..."} a string; numbers, true, false, null and lists are themselves.
/// Throws kith::error.
Mfa read_mfa(const options &from, std::string_view path);

/// An encoded list of atoms.
std::string atom_list(std::string_view atom);
std::string atom_list(std::string_view first, std::string_view second);

} // namespace kith::erlang
