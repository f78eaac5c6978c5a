// SPDX-License-Identifier: MIT
//
// What Rancher's metadata service answers to /latest/self/service: the containers of our service. Needs no host.
#pragma once

#include <kith/peer.hpp>
#include <kith/peer_host.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rancher {

/// The first address of each container, by its uuid.
using KnownAddresses = std::unordered_map<std::string, std::string>;

struct Service {
    std::vector<kith::peer> peers;
    std::uint32_t without_address = 0; ///< containers that have none (yet)
    std::uint32_t doubled = 0;         ///< containers whose address another one has, too
    std::uint32_t ended = 0;           ///< containers that are stopped or removed, or on the way to it
    kith::host_faults unusable;        ///< containers whose address cannot be a peer's
    KnownAddresses addresses;          ///< of all that have not ended and have or had one
};

/// The first address of each container, named basename@address. known: the addresses of the last answer; a container that has lost its own
/// keeps it, unless another one has it now. Anything that is not of the expected shape is an error: half an answer is none.
kith::result<Service> parse_service(std::string_view json, std::string_view basename, const KnownAddresses &known = {});

} // namespace rancher
