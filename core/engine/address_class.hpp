// SPDX-License-Identifier: MIT
//
// The addresses behind which the services of this machine are, or those of its cloud: what a stranger must not reach by a name that resolves
// to them, or by a redirect.
#pragma once

#include <kith/service/udp.h>

#include <string_view>

namespace kith::core {

/// What such an address is, such as "a loopback address"; empty: another address. plain: as from plain_address.
/// - loopback: 127.0.0.0/8, ::1 (RFC 6890)
/// - unspecified: 0.0.0.0/8, ::, which Linux connects to this machine
/// - link-local: 169.254.0.0/16, which contains the metadata service of most clouds, and fe80::/10
/// - metadata services at other addresses: fd00:ec2::254 (Amazon), 100.100.100.200 (Alibaba), 168.63.129.16 (Azure)
std::string_view protected_class(const kith_address &plain) noexcept;

bool is_unspecified(const kith_address &plain) noexcept;

} // namespace kith::core
