// SPDX-License-Identifier: MIT
//
// A peer as arguments and variables of a program. Needs no host.
#pragma once

#include <kith/peer.hpp>
#include <kith/process.hpp>

namespace exec {

/// The program with {name}, {key} and {ATTRIBUTE} in its arguments replaced, and with the variables KITH_NODE, KITH_NAME, KITH_KEY and
/// KITH_ATTRIBUTE_<NAME>. Fails when the peer has no such attribute, and when a name that came from outside would be read as an option:
/// it stands at the beginning of an argument and begins with `-`.
kith::result<kith::program> fill_placeholders(const kith::program &command, std::string_view node, const kith::peer &peer);

/// The name of an attribute as part of the name of a variable: "node-zone" is NODE_ZONE.
std::string variable(std::string_view attribute);

} // namespace exec
