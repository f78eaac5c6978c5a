// SPDX-License-Identifier: MIT
//
// Globs over names: * any bytes, ? one UTF-8 character, [abc] [a-z] [!a-z] one of a set, \x the character itself. The whole name
// must match. Time is at most (pattern length) x (name length), in practice linear.
#pragma once

#include <string>
#include <string_view>

namespace kith::core {

bool glob_match(std::string_view pattern, std::string_view name);

// Empty when the pattern is one; else what is wrong with it.
std::string glob_error(std::string_view pattern);

} // namespace kith::core
