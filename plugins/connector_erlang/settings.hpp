// SPDX-License-Identifier: MIT
//
// The options, as the connector uses them.
#pragma once

#include "application/application.hpp"
#include "distribution_tls.hpp"
#include "mfa.hpp"

#include <kith/options.hpp>

#include "cookie_and_digest.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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
    bool custom_list = false;                 // links come from list_nodes, not from net_kernel
    const Application *application = nullptr; // null: links alone; else list_nodes is its list of members
    bool allow_reset = false;
    std::unordered_map<std::string, Cookie> peer_cookies;
    Cookie any_peer_cookie;          // of those that peer_cookies does not name
    std::vector<std::string> ignore; // patterns of names that are no peers
    TlsOptions tls;
    std::chrono::milliseconds reconcile_interval{};
    std::chrono::milliseconds poll_interval{};
    std::chrono::milliseconds call_timeout{};
    std::size_t max_frame = 0;
};

/// The cookie that option peer_cookies has for the link between two nodes: that of the peer; of two that are both listed the one of the
/// name that sorts first, so that the same list on both sides gives both the same.
struct PairCookie {
    const Cookie *cookie = nullptr; // null: none is configured for them
    /// It was chosen for the two, so other nodes need not be able to enter the peer with it.
    bool for_the_two = false;
};
PairCookie cookie_of_pair(const Settings &settings, const std::string &node, const std::string &peer);

/// Throws kith::error, with a text that names the option.
Settings read_settings(const options &from);

} // namespace kith::erlang
