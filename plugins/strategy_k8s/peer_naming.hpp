// SPDX-License-Identifier: MIT
//
// Derives peers (key, name, attributes) from a Kubernetes object.
#pragma once

#include "kubernetes_object.hpp"

#include <kith/packed_peers.hpp>
#include <kith/peer.hpp>

#include <array>
#include <functional>

namespace k8s {

/// How the part of a peer's name after the @ is built.
enum class Mode : std::uint8_t {
    ip,       ///< base@10.1.2.3
    dns,      ///< base@10-1-2-3.NAMESPACE.pod.DOMAIN
    hostname, ///< base@HOSTNAME.SERVICE.NAMESPACE.svc.DOMAIN
};

struct Naming {
    Mode mode = Mode::ip;
    std::string base;
    std::string service; ///< for Mode::hostname
    std::string domain;  ///< without a trailing dot
};

/// Why an address is not a peer.
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

/// The reason as text, for kith::discovery::left_out.
std::string_view reason(Omission why) noexcept;

/// The key of the peer at an address: the uid of the pod, or namespace and address if the object refers to no pod.
std::string key_of(const Object &object, const Address &address);

/// A peer derived from an object. Its views are valid during the callback only.
struct PeerView {
    std::string_view key; ///< see key_of()
    std::string_view name;
    std::string_view name_space;
    const Address &address;

    /// A hash of the name and all attributes.
    [[nodiscard]] std::uint64_t digest() const noexcept;
    void append_to(std::vector<kith::peer> &out) const;
    void append_to(kith::packed_peers &out) const;
};

/// Calls `found` for each peer of an object, in the order of its addresses, and counts the addresses that are not peers in `omitted`.
void find_peers(const Object &object, const Naming &naming, Omissions &omitted,
                const std::function<void(const PeerView &)> &found);

} // namespace k8s
