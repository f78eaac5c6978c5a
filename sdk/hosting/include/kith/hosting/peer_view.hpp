// SPDX-License-Identifier: MIT
//
// Peers and links as a hoster sees them once they are checked: views, borrowed for the call.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kith {

struct AttributeView {
    std::string_view name;
    std::string_view value;
};

/// As kith_peer: UTF-8, within its sizes, attribute names unique.
struct PeerView {
    std::string_view key;
    std::string_view name;
    std::span<const AttributeView> attributes;
    std::uint64_t ttl = 0; ///< nanoseconds; 0: no lease
};

/// As kith_link.
struct LinkView {
    std::string_view name;
    std::span<const AttributeView> attributes;
};

} // namespace kith
