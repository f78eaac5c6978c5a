// SPDX-License-Identifier: MIT
//
// [module, function, arguments] of an option, as libcluster has them. The peer's name is put behind the arguments as an atom, or where the
// arguments ask for it.
#pragma once

#include <kith/options.hpp>
#include <kith/peer.hpp>

#include "etf/writer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::erlang {

/// A place in the arguments that depends on the peer.
struct PeerPlace {
    enum class Form : std::uint8_t { atom, binary, string, integer, address };
    std::size_t at = 0;    // its position in the encoded arguments, where it takes no byte
    std::string attribute; // empty: the name
    Form form = Form::atom;
};

struct Mfa {
    std::string module;
    std::string function;
    std::string arguments; // encoded, one behind the other, without those of `places`
    std::uint32_t arity = 0;
    std::string label;             // what reasons call it; empty: module:function/arity
    std::string whole_list;        // of all arguments, encoded; empty: to be made of `arguments`
    std::vector<PeerPlace> places; // in the order of their positions; none: the name is put behind the arguments

    bool is(std::string_view m, std::string_view f) const noexcept { return module == m && function == f; }
    /// module:function/arity, as it is called; for_peer: with the name behind the arguments, unless these contain it.
    std::string text(bool for_peer) const;
    /// The encoded list of arguments.
    std::string list() const;
    /// The same for a peer; KITH_INVALID if it lacks an attribute, or has one that cannot be written as requested.
    result<std::string> list_for(const peer &to) const;
};

/// A string is an atom, {"binary": "..."} is a binary and {"string": "..."} a string, {"tuple": [...]} a tuple and {"map": {...}} a map with
/// atoms as keys; {"peer": "atom" | "binary" | "string"} is the peer's name, {"attribute": "ip", "as": "binary"} an attribute of it; numbers,
/// true, false, null and lists are themselves. Throws kith::error. for_peer: the arguments may depend on a peer.
Mfa read_mfa(const options &from, std::string_view path, bool for_peer);

/// An encoded list of atoms.
std::string atom_list(std::string_view atom);
std::string atom_list(std::string_view first, std::string_view second);

/// Appends a list of the bytes: what Erlang has as a string.
void write_string(etf::Writer &out, std::string_view bytes);

/// JSON Pointer of a member (RFC 6901).
std::string member_pointer(std::string_view object, std::string_view name);

} // namespace kith::erlang
