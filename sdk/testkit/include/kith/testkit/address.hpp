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
    bool group() const noexcept { return family == 4 ? (bytes[0] & 0xf0U) == 0xe0 : family == 6 && bytes[0] == 0xff; }
    /// fe80::/10, and groups that routers do not forward (ff02::/16 and below).
    bool link_local() const noexcept;
    /// 255.255.255.255
    bool limited_broadcast() const noexcept;

    bool operator==(const Address &) const = default;
    auto operator<=>(const Address &) const = default; // NOLINT(modernize-use-nullptr): clang-tidy 14 reads its 0 so
};

/// An address of an interface with the length of its network prefix: "10.0.0.7/8". The default is 24, for IPv6 64.
struct Subnet {
    Address address;
    std::uint8_t bits = 0;

    static std::optional<Subnet> parse(std::string_view text);
    /// The directed broadcast address; nullopt for IPv6.
    std::optional<Address> broadcast() const noexcept;
};

struct SocketName {
    Address address;
    std::uint16_t port = 0;

    bool operator==(const SocketName &) const = default;
    auto operator<=>(const SocketName &) const = default;
};

} // namespace kith::testkit
