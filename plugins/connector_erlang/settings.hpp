// SPDX-License-Identifier: MIT
//
// The options, as the connector uses them.
#pragma once

#include "mfa.hpp"

#include <kith/options.hpp>

#include "digest.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kith::erlang {

struct Settings {
    std::string node;    // empty: look for it
    std::string address; // empty: the host part of the node's name, or this machine
    std::uint16_t port = 0;
    std::uint16_t epmd_port = 0;
    Cookie cookie;
    std::string cookie_file;
    Mfa connect;
    Mfa disconnect;
    Mfa list_nodes;
    bool custom_list = false; // links are what list_nodes says, not what net_kernel tells
    std::unordered_map<std::string, Cookie> peer_cookies;
    Cookie any_peer_cookie; // of those that peer_cookies does not name
    std::chrono::milliseconds reconcile_interval{};
    std::chrono::milliseconds poll_interval{};
    std::chrono::milliseconds call_timeout{};
    std::size_t max_frame = 0;
};

/// Throws kith::error, with a text that names the option.
Settings read_settings(const options &from);

} // namespace kith::erlang
