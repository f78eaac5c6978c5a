// SPDX-License-Identifier: MIT
//
// Views of checked peers and links, borrowed for the call.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kith {

struct AttributeView {
    std::string_view name;
    std::string_view value;
};

/// A valid kith_peer: UTF-8, within the size limits, with unique attribute names.
struct PeerView {
    std::string_view key;
    std::string_view name;
    std::span<const AttributeView> attributes;
    std::uint64_t ttl = 0; ///< nanoseconds; 0: no lease
};

/// A valid kith_link.
struct LinkView {
    std::string_view name;
    std::span<const AttributeView> attributes;
    bool connected = true; ///< false: KITH_LINK_NOT_CONNECTED
};

} // namespace kith
