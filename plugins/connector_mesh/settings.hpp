// SPDX-License-Identifier: MIT
//
// The options of an instance, checked.
#pragma once

#include "member.hpp"
#include "spiffe_pattern.hpp"

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
    std::vector<std::string> keys; // 32 bytes each, the first is used
    std::string keys_file;         // or a file with them
    std::string certificate, private_key, authority;
    SpiffePattern spiffe;          // ids of members besides uri_of
    std::vector<std::string> deny; // fingerprints in lower case, and names
    std::string deny_file;         // more of them

    /// What the certificate of a member contains, unless it has a SPIFFE id: URI:kith://CLUSTER/NAME.
    [[nodiscard]] std::string uri_of(std::string_view name) const { return "kith://" + cluster + "/" + std::string(name); }
};

/// Throws kith::error with a sentence for the operator.
Settings read_settings(const options &from);

struct Line {
    std::size_t number; // in the file, from 1
    std::string text;
};
/// The lines of a file without blanks around them, empty ones and those that begin with #.
std::vector<Line> lines_of(std::string_view text);

/// The keys in the lines of a file: 1 to 16.
result<std::vector<std::string>> keys_of(const std::vector<Line> &lines, const std::string &file);

/// The part behind the @, or the whole name.
std::string_view host_part(std::string_view name) noexcept;

/// Where the peer listens, by its attributes. Throws kith::error: its attribute port is no port.
Membership::Endpoint endpoint_of(const peer &of, std::uint16_t usual_port);

/// 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view address);

} // namespace kith::mesh
