// SPDX-License-Identifier: MIT
//
// From an object to the peers that it stands for.
#pragma once

#include "kubernetes_object.hpp"

#include <kith/packed_peers.hpp>
#include <kith/peer.hpp>

#include <array>
#include <functional>

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
    other_subdomain,
    no_dns_name,
    too_long,
    doubled,
    other_family,
    no_ipv4,
    unusable
};
inline constexpr std::size_t omissions = 11;
using Omissions = std::array<std::uint32_t, omissions>;

/// For kith::discovery::left_out.
std::string_view reason(Omission why) noexcept;

/// What identifies the peer at an address: the uid of the pod, or its namespace and address where no pod is given.
std::string key_of(const Object &object, const Address &address);

/// A peer that an object stands for; views live for the call.
struct PeerView {
    std::string_view key; ///< as key_of
    std::string_view name;
    std::string_view name_space;
    const Address &address;

    /// Of all that is told of it.
    [[nodiscard]] std::uint64_t digest() const noexcept;
    void append_to(std::vector<kith::peer> &out) const;
    void append_to(kith::packed_peers &out) const;
};

/// Tells of the peers of an object, in order, and counts those of its addresses that are none.
void find_peers(const Object &object, const Naming &naming, Omissions &omitted,
                const std::function<void(const PeerView &)> &found);

} // namespace k8s
