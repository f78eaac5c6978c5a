// SPDX-License-Identifier: MIT
#include "socket_address.hpp"

#include <algorithm>
#include <cstring>

namespace kith::app {

SocketAddress to_kernel(const kith_address &address) {
    SocketAddress out{};
    if (address.family == KITH_ADDRESS_IPV6) {
        out.v6 = {};
        out.v6.sin6_family = AF_INET6;
        out.v6.sin6_port = htons(address.port);
        out.v6.sin6_scope_id = address.scope;
        std::memcpy(&out.v6.sin6_addr, address.bytes, sizeof out.v6.sin6_addr);
    } else {
        out.v4 = {};
        out.v4.sin_family = AF_INET;
        out.v4.sin_port = htons(address.port);
        std::memcpy(&out.v4.sin_addr, address.bytes, sizeof out.v4.sin_addr);
    }
    return out;
}

kith_address from_kernel(const sockaddr &address) {
    kith_address out{};
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &address, sizeof in);
        out.family = KITH_ADDRESS_IPV6;
        out.port = ntohs(in.sin6_port);
        out.scope = in.sin6_scope_id;
        std::memcpy(out.bytes, &in.sin6_addr, sizeof in.sin6_addr);
    } else if (address.sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &address, sizeof in);
        out.family = KITH_ADDRESS_IPV4;
        out.port = ntohs(in.sin_port);
        std::memcpy(out.bytes, &in.sin_addr, sizeof in.sin_addr);
    }
    return out;
}

bool is_any(const address &address) {
    const auto &bytes = address.raw().bytes;
    return std::all_of(std::begin(bytes), std::end(bytes), [](std::uint8_t byte) { return byte == 0; });
}

bool is_link_local(const address &address) {
    const auto &bytes = address.raw().bytes;
    return address.is_ipv6() && bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
}

bool is_limited_broadcast(const address &address) {
    const auto &bytes = address.raw().bytes;
    return !address.is_ipv6() && std::all_of(bytes, bytes + 4, [](std::uint8_t byte) { return byte == 0xff; });
}

} // namespace kith::app
