// SPDX-License-Identifier: MIT
//
// Asks an EPMD over TCP: for the port of a node, or for all nodes that it lists.
#pragma once

#include "epmd.hpp"

#include <kith/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kith::erlang {

/// Where an EPMD or a node is reached.
struct Endpoint {
    std::string address; // host name or numeric
    std::uint16_t port = 0;

    std::string text() const;
};

/// The port of the node with that name (its part before the @), and what else EPMD knows of it. `step` limits each operation.
///
/// KITH_NOT_FOUND: EPMD answers, and does not know the name.
task<result<epmd::Port>> ask_port(const tcp &net, Endpoint epmd, std::string name, std::chrono::nanoseconds step);

/// Everybody that EPMD knows.
task<result<std::vector<epmd::Name>>> ask_names(const tcp &net, Endpoint epmd, std::chrono::nanoseconds step);

} // namespace kith::erlang
