// SPDX-License-Identifier: MIT
//
// Which member of a mesh accepts and uses which key, as text, and what may be done next.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

/// What one member has reported.
struct MemberKeys {
    std::vector<std::string> keys; // identities, the first is used
    std::string certificate;       // fingerprint; empty: none
    std::int64_t until = 0;        // seconds since 1970
};

/// By the name of the member. Those without an answer are in `silent`.
std::string mesh_keys_text(const std::map<std::string, MemberKeys> &members, const std::vector<std::string> &silent);

} // namespace kith::app
