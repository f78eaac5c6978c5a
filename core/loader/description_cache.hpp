// SPDX-License-Identifier: MIT
//
// Caches descriptions that a child process made, in `state_dir`, by the SHA-256 of the library. A cached description is checked like one
// from a library. Only users who can write the daemon's state can write the cache. Refusals are not cached, since their cause can be
// outside of the file.
#pragma once

#include <string>
#include <string_view>

namespace kith::core {

/// The cached description; empty: none, or users other than root and the user of kith could have written it.
std::string load_cached_description(const std::string &state_dir, std::string_view sha256);

/// Stores a description. Errors are ignored; a missing directory is not created.
void store_cached_description(const std::string &state_dir, std::string_view sha256, std::string_view packed);

} // namespace kith::core
