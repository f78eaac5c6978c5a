// SPDX-License-Identifier: MIT
//
// Parses Consul's responses into instances of a service. A response that does not have the documented structure is an error as a whole.
// Uses
// no services.
#pragma once

#include "settings.hpp"

#include <kith/peer.hpp>
#include <kith/peer_host.hpp>

#include <span>

namespace consul {

struct Instance {
    std::string key;  ///< datacenter/node/id
    std::string host; ///< the part of the peer's name after the @; empty: no address
    std::vector<kith::attribute> attributes;
};

struct Found {
    std::vector<Instance> instances;
    std::uint32_t not_passing = 0; ///< number of instances excluded because their checks do not pass
};

/// body: the response to path_of(listing). by_id: the agent returned one object instead of a list. Error: KITH_PROTOCOL.
kith::result<Found> read_instances(std::string_view body, const Listing &listing, bool by_id);

/// Parses the response to datacenters_path. Error: KITH_PROTOCOL.
kith::result<std::vector<std::string>> read_datacenters(std::string_view body);

/// The peers of instances, and how many instances were excluded.
struct NamedPeers {
    std::vector<kith::peer> peers;
    std::uint32_t without_address = 0;
    kith::host_faults unusable; ///< their address cannot be that of a peer
    std::uint32_t doubled = 0;  ///< another instance has the same address or the same key
};

/// For a response that ACLs filtered: adds to `found` the instances of `last` that it does not contain, at most 10,000.
void keep_unlisted(Found &found, const Found &last);

/// Gives an instance without an address the address that it had in the previous response.
void keep_addresses(Found &found, const Found &last);

/// A peer BASENAME@HOST for each instance of all lists; each address only once.
NamedPeers name_peers(std::span<const Found *const> lists, std::string_view basename);

} // namespace consul
