// SPDX-License-Identifier: MIT
//
// Converts addresses between the kernel's form and that of kith.udp/1.
#pragma once

#include <kith/address.hpp>

#include <cstdint>
#include <netinet/in.h>
#include <sys/socket.h>

namespace kith::app {

union SocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

/// The size of the kernel's address of each family.
inline socklen_t size_of(const kith_address &address) {
    return address.family == KITH_ADDRESS_IPV6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

SocketAddress to_kernel(const kith_address &address);

/// Family 0 when the address is neither IPv4 nor IPv6.
kith_address from_kernel(const sockaddr &address);

bool is_any(const address &address);
/// fe80::/10 (RFC 4291), a network that exists on each interface.
bool is_link_local(const address &address);
bool is_limited_broadcast(const address &address);

} // namespace kith::app
