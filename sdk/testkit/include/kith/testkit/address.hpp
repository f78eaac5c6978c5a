// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith::testkit {

/// A numeric address, IPv4 or IPv6.
struct Address {
    std::array<std::uint8_t, 16> bytes{}; ///< the first 4 of an IPv4 address
    std::uint8_t family = 0;              ///< 4, 6; 0: every address

    static std::optional<Address> parse(std::string_view text);
    std::string text() const;
    bool loopback() const noexcept;
    bool any() const noexcept { return family == 0 || bytes == std::array<std::uint8_t, 16>{}; }

    bool operator==(const Address &) const = default;
    auto operator<=>(const Address &) const = default;
};

} // namespace kith::testkit
