// SPDX-License-Identifier: MIT
//
// From instances to peers: which address, which name, and who is left out. Pure: no services.
#pragma once

#include "answer.hpp"

#include <kith/packed_peers.hpp>

#include <array>
#include <optional>
#include <span>

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
std::optional<std::string> fault_of_form(std::string_view form);

enum class Omission : std::uint8_t { no_address, not_running, same_name, too_long };
inline constexpr std::size_t omissions = 4;

/// A sentence without its subject.
std::string reason(Omission why, const Naming &naming);

struct Named {
    kith::packed_peers peers;
    std::array<std::uint32_t, omissions> left_out{};
};

/// Of several with one name the one that was launched last; of what is told twice, one.
Named name_all(std::span<const Instance> instances, const Naming &naming);

/// Empty: it has none.
std::string_view address_of(const Instance &instance, const Naming &naming);

} // namespace ec2
