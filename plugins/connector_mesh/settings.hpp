// SPDX-License-Identifier: MIT
//
// The options of an instance, checked.
#pragma once

#include "member.hpp"

#include <kith/options.hpp>
#include <kith/peer.hpp>

namespace kith::mesh {

struct Settings {
    std::string node;
    std::string cluster;
    std::string listen_address; // numeric; empty: all
    std::uint16_t port = 0;     // on which it listens
    std::uint16_t peer_port = 0;
    unsigned degree = 16;
    Time heartbeat{};
    bool leave_on_terminate = false;
    bool plain = false;
};

/// Throws kith::error with a sentence for the operator.
Settings read_settings(const options &from);

/// The part behind the @, or the whole name.
std::string_view host_part(std::string_view name) noexcept;

/// Where the peer listens, by its attributes. Throws kith::error: its attribute port is no port.
Membership::Endpoint endpoint_of(const peer &of, std::uint16_t usual_port);

/// 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view address);

} // namespace kith::mesh
