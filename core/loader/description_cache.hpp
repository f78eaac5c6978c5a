// SPDX-License-Identifier: MIT
//
// Descriptions that took a process to make, kept in `state_dir` by the SHA-256 of the file they are of. What is in such a file is checked like what is
// in a library; whoever could write it could write the daemon's state. A refusal is not kept: its cause may lie outside of the file.
#pragma once

#include <string>
#include <string_view>

namespace kith::core {

/// As it was kept; empty when it was not, or when somebody else than root and this user could have written it.
std::string load_cached_description(const std::string &state_dir, std::string_view sha256);

/// Best effort; a directory that does not exist is not made.
void store_cached_description(const std::string &state_dir, std::string_view sha256, std::string_view packed);

} // namespace kith::core
