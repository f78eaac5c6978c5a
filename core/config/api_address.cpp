// SPDX-License-Identifier: MIT
#include <core/config/api_address.hpp>

#include <charconv>
#include <cstdint>

namespace kith::core {

std::optional<kith::address> parse_api_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
    const bool brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (brackets) host = host.substr(1, host.size() - 2);
    const auto address = kith::address::parse(host, port);
    return address && address->is_ipv6() == brackets ? address : std::nullopt;
}

bool is_loopback(const kith::address &address) {
    return address.is_ipv6() ? address.host() == "::1" : address.raw().bytes[0] == 127;
}

} // namespace kith::core
