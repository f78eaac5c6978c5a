// SPDX-License-Identifier: MIT
//
// Derives peers from instances: address, name, and which instances are excluded. Uses no services.
#pragma once

#include "describe_instances_parser.hpp"

#include <kith/packed_peers.hpp>
#include <kith/peer_host.hpp>

#include <array>
#include <optional>
#include <span>
#include <unordered_map>

namespace ec2 {

enum class AddressType : std::uint8_t { private_ip, public_ip, private_dns, public_dns, ipv6 };

struct Naming {
    AddressType type = AddressType::private_ip;
    std::optional<unsigned> interface; ///< DeviceIndex of the interface to use; empty: any
    std::string prefix;                ///< {app_prefix}
    std::string form;                  ///< such as {app_prefix}@{ip}
};

/// The option's name, such as private_dns.
std::string_view name_of(AddressType type);

/// The error in a format such as {app_prefix}@{ip}; empty: it is valid.
std::optional<std::string> format_error(std::string_view form);

enum class Omission : std::uint8_t { no_address, not_running, same_name, too_long };
inline constexpr std::size_t omissions = 4;

/// The reason as text, for kith::discovery::left_out.
std::string reason(Omission why, const Naming &naming);

/// Address by instance id.
using KnownAddresses = std::unordered_map<std::string, std::string>;

struct NamedPeers {
    kith::packed_peers peers;
    std::array<std::uint32_t, omissions> left_out{};
    kith::host_faults unusable; ///< excluded because of their address
    KnownAddresses addresses;   ///< of all running instances that have or had an address
    std::uint32_t kept = 0;     ///< number of instances in `addresses` without an address now
};

/// Of several instances with the same name the one that was launched last is used; duplicates are removed. known: the addresses of the
/// previous list. A running instance without an address keeps its previous one, unless another instance has it now.
NamedPeers name_peers(std::span<const Instance> instances, const Naming &naming, const KnownAddresses &known = {});

/// The address of an instance; empty: none.
std::string_view address_of(const Instance &instance, const Naming &naming);

} // namespace ec2
