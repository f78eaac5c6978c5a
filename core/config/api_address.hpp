// SPDX-License-Identifier: MIT
//
// A TCP address of the local API: api.listen[].address.
#pragma once

#include <kith/address.hpp>

#include <optional>
#include <string_view>

namespace kith::core {

// IP:PORT or [IPv6]:PORT, without a zone, with a port from 1 to 65535. Nothing when it is no such thing.
std::optional<kith::address> parse_api_address(std::string_view text);

// 127.0.0.0/8 or ::1: what is sent there never leaves the machine.
bool is_loopback(const kith::address &address);

} // namespace kith::core
