// SPDX-License-Identifier: MIT
//
// What a member reports about its keys when another one asks on a channel of its own: `kith mesh keys` does. The report contains identities,
// from which no key can be had.
#pragma once

#include "link_security.hpp"

#include <string>
#include <string_view>

namespace kith::mesh {

/// A broadcast on this channel asks all members; each answers with a message on it. Applications do not see what others ask.
inline constexpr std::string_view keys_channel = "kith.keys";

/// {"keys": ["3f2a", ...]}, the first is used; or {"certificate": "9c1e...", "until": 1700000000}; {} without either.
std::string key_report(const LinkSecurity::Own &own);

} // namespace kith::mesh
