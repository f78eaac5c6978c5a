// SPDX-License-Identifier: MIT
#include <kith/testkit/address.hpp>

#include <arpa/inet.h>

#include <charconv>
#include <system_error>

namespace kith::testkit {

std::optional<Address> Address::parse(std::string_view text) {
    const std::string zero_terminated(text);
    Address out;
    if (inet_pton(AF_INET, zero_terminated.c_str(), out.bytes.data()) == 1) {
        out.family = 4;
        return out;
    }
    if (inet_pton(AF_INET6, zero_terminated.c_str(), out.bytes.data()) == 1) {
        out.family = 6;
        return out;
    }
    return std::nullopt;
}

std::string Address::text() const {
    if (family == 0) return {};
    char out[INET6_ADDRSTRLEN] = {};
    inet_ntop(family == 4 ? AF_INET : AF_INET6, bytes.data(), out, sizeof out);
    return out;
}

bool Address::loopback() const noexcept {
    if (family == 4) return bytes[0] == 127;
    std::array<std::uint8_t, 16> one{};
    one[15] = 1;
    return family == 6 && bytes == one;
}

bool Address::link_local() const noexcept {
    if (family != 6) return false;
    return group() ? (bytes[1] & 0x0f) <= 2 : bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool Address::limited_broadcast() const noexcept { return family == 4 && (bytes[0] & bytes[1] & bytes[2] & bytes[3]) == 0xff; }

std::optional<Subnet> Subnet::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    Subnet out{*address, static_cast<std::uint8_t>(address->family == 4 ? 24 : 64)};
    if (slash == std::string_view::npos) return out;
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || out.bits > (address->family == 4 ? 32 : 128)) {
        return std::nullopt;
    }
    return out;
}

std::optional<Address> Subnet::broadcast() const noexcept {
    if (address.family != 4 || bits > 30) return std::nullopt;
    Address out = address;
    for (std::uint32_t bit = bits; bit < 32; ++bit) out.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80U >> bit % 8);
    return out;
}

} // namespace kith::testkit
