// SPDX-License-Identifier: MIT
//
// From instances to peers: which address, which name, and who is left out. Pure: no services.
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
    std::optional<unsigned> interface; ///< DeviceIndex of the only one that counts
    std::string prefix;                ///< {app_prefix}
    std::string form;                  ///< such as {app_prefix}@{ip}
};

/// The option's name, such as private_dns.
std::string_view name_of(AddressType type);

/// Nothing: it is one. Else what is wrong with it.
std::optional<std::string> format_error(std::string_view form);

enum class Omission : std::uint8_t { no_address, not_running, same_name, too_long };
inline constexpr std::size_t omissions = 4;

/// A sentence without its subject.
std::string reason(Omission why, const Naming &naming);

/// The address of each instance, by its id.
using KnownAddresses = std::unordered_map<std::string, std::string>;

struct NamedPeers {
    kith::packed_peers peers;
    std::array<std::uint32_t, omissions> left_out{};
    kith::host_faults unusable; ///< left out, too: for their address
    KnownAddresses addresses;   ///< of all that run and have or had one
    std::uint32_t kept = 0;     ///< those of `addresses` that have none now
};

/// Of several with one name the one that was launched last; of what is told twice, one. known: the addresses of the last answer. A running
/// instance without an address keeps the one it had, unless another instance has it now: EC2 says that it is there.
NamedPeers name_peers(std::span<const Instance> instances, const Naming &naming, const KnownAddresses &known = {});

/// Empty: it has none.
std::string_view address_of(const Instance &instance, const Naming &naming);

} // namespace ec2
