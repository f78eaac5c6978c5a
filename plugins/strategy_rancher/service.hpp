// SPDX-License-Identifier: MIT
//
// What Rancher's metadata service answers to /latest/self/service: the containers of our service. Needs no host.
#pragma once

#include <kith/peer.hpp>

#include <string_view>
#include <vector>

namespace rancher {

struct Service {
    std::vector<kith::peer> peers;
    std::uint32_t without_address = 0; ///< containers that have none (yet)
    std::uint32_t doubled = 0;         ///< containers whose address another one has, too
};

/// The first address of each container, named basename@address. Anything that is not of the expected shape is an error: half an answer
/// is none.
kith::result<Service> read_service(std::string_view json, std::string_view basename);

} // namespace rancher
