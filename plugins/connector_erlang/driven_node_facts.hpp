// SPDX-License-Identifier: MIT
//
// How the driven node itself finds its peers, as it answers when it is queried; a probe that did otherwise would find other causes than
// the node's.
#pragma once

#include "node_session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace kith::erlang {

struct NodeFacts {
    /// The port at which it looks for every peer (-erl_epmd_port); 0: it queries the peer's EPMD. Empty: it does not report it.
    std::optional<std::uint16_t> fixed_port;
    std::string carrier;     // of -proto_dist: inet_tcp, inet6_tcp, inet_tls, inet6_tls, or one of its own; empty: not reported
    std::string epmd_module; // erl_epmd, or another one of -epmd_module; empty: not reported
    std::uint64_t mandatory = 0; // flags that it demands of its peers
    std::optional<bool> long_names;
    std::chrono::seconds tick_time{60}; // net_ticktime

    bool asks_for_tls() const noexcept { return carrier == "inet_tls" || carrier == "inet6_tls"; }
    bool ipv4_alone() const noexcept { return carrier == "inet_tcp" || carrier == "inet_tls"; }
    bool ipv6_alone() const noexcept { return carrier == "inet6_tcp" || carrier == "inet6_tls"; }
    bool looks_by_module() const noexcept { return !epmd_module.empty() && epmd_module != "erl_epmd"; }
};

/// What a node does not answer stays unknown.
task<NodeFacts> ask_facts(Session &session, std::chrono::nanoseconds timeout);

/// Why the node finds no address of that family for the host, as inet:getaddr/2 has it: nxdomain. Empty: it finds one, or does not report it.
task<std::string> no_address(Session &session, std::string host, bool ipv6, std::chrono::nanoseconds timeout);

} // namespace kith::erlang
