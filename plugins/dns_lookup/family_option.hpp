// SPDX-License-Identifier: MIT
//
// Parses the option `family`.
#pragma once

#include "lookup.hpp"

namespace dns_lookup {

constexpr Family family(std::string_view text) noexcept {
    return text == "ipv4" ? Family::ipv4 : text == "ipv6" ? Family::ipv6 : Family::both;
}

} // namespace dns_lookup
