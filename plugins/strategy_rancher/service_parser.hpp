// SPDX-License-Identifier: MIT
//
// Parses the response of Rancher's metadata service to /latest/self/service: the containers of the local service. Uses no services.
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
    std::uint32_t without_address = 0; ///< number of containers without an address (yet)
    std::uint32_t doubled = 0;         ///< number of containers with the address of another one
    std::uint32_t ended = 0;           ///< number of containers that are stopped, removed, or about to be
    kith::host_faults unusable;        ///< containers whose address cannot be that of a peer
    KnownAddresses addresses;          ///< of all containers that have not ended and have or had an address
};

/// A peer basename@address with the first address of each container. known: the addresses of the previous response; a container that has
/// lost its address keeps it, unless another one has it now. A response with an unexpected structure is an error as a whole
/// (KITH_PROTOCOL).
kith::result<Service> parse_service(std::string_view json, std::string_view basename, const KnownAddresses &known = {});

} // namespace rancher
