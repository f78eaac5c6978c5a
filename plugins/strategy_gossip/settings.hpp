// SPDX-License-Identifier: MIT
//
// The options of schema.hpp, read and checked against each other.
#pragma once

#include <kith/address.hpp>
#include <kith/options.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace gossip {

struct Settings {
    std::string bind_address;           ///< 0.0.0.0 or ::
    std::string interface;              ///< the interface of the group; empty: chosen by the routes
    std::string group;                  ///< to be joined; empty with broadcast_only
    std::vector<kith::address> targets; ///< of each heartbeat: the group or the broadcast address first, then `peers`
    std::uint16_t port = 0;
    std::uint32_t hops = 1;
    bool broadcast = false;
    bool authenticated = false;
    std::vector<std::string_view> secrets; ///< valid as long as the instance; the first encrypts
    std::chrono::nanoseconds interval{};
    std::chrono::nanoseconds expire{};
    std::size_t max_peers = 0;
};

/// Throws kith::error, KITH_INVALID, with the option and what was expected.
Settings read_settings(const kith::options &options);

} // namespace gossip
