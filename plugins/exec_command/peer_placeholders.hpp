// SPDX-License-Identifier: MIT
//
// Passes a peer to a program: as arguments, by placeholders, and as environment variables. Uses no services.
#pragma once

#include <kith/peer.hpp>
#include <kith/process.hpp>

namespace exec {

/// Replaces {name}, {key} and {ATTRIBUTE} in the arguments, and sets the variables KITH_NODE, KITH_NAME, KITH_KEY and
/// KITH_ATTRIBUTE_<NAME>. Errors: the peer does not have the attribute; a value at the beginning of an argument begins with `-`, so the
/// program would read it as an option.
kith::result<kith::program> fill_placeholders(const kith::program &command, std::string_view node, const kith::peer &peer);

/// Converts the name of an attribute to a part of a variable's name: "node-zone" becomes NODE_ZONE.
std::string variable(std::string_view attribute);

} // namespace exec
