// SPDX-License-Identifier: MIT
#include <kith/testkit/address.hpp>

#include <arpa/inet.h>

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

} // namespace kith::testkit
