// SPDX-License-Identifier: MIT
//
// From an object to the peers that it stands for.
#pragma once

#include "object.hpp"

#include <kith/peer.hpp>

#include <array>

namespace k8s {

/// What becomes the part of a name after the @.
enum class Mode : std::uint8_t {
    ip,       ///< base@10.1.2.3
    dns,      ///< base@10-1-2-3.NAMESPACE.pod.DOMAIN
    hostname, ///< base@HOSTNAME.SERVICE.NAMESPACE.svc.DOMAIN
};

struct Naming {
    Mode mode = Mode::ip;
    std::string base;
    std::string service; ///< of Mode::hostname
    std::string domain;  ///< without a dot at its end
};

/// Why an address is no peer.
enum class Omission : std::uint8_t {
    no_address,
    finished,
    not_ready,
    no_hostname,
    no_dns_name,
    too_long,
    doubled,
    other_family
};
inline constexpr std::size_t omissions = 8;
using Omissions = std::array<std::uint32_t, omissions>;

/// For kith::discovery::left_out.
std::string_view reason(Omission why) noexcept;

/// Appends the peers of an object, and counts those of its addresses that are none. A peer's key is the uid of the pod, or the
/// namespace and address where none is told.
void append_peers(const Object &object, const Naming &naming, std::vector<kith::peer> &out, Omissions &omitted);

} // namespace k8s
