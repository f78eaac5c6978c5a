// SPDX-License-Identifier: MIT
//
// What Consul answers, read into instances of a service. Anything that is not of the documented shape is an error: half an answer is
// none. Needs no host.
#pragma once

#include "settings.hpp"

#include <kith/peer.hpp>
#include <kith/peer_host.hpp>

#include <span>

namespace consul {

struct Instance {
    std::string key;  ///< datacenter/node/id
    std::string host; ///< what stands after the @; empty: it has none
    std::vector<kith::attribute> attributes;
};

struct Found {
    std::vector<Instance> instances;
    std::uint32_t not_passing = 0; ///< left out for that
};

/// body: the answer to path_of(listing). by_id: of the agent's, one object in place of a list.
kith::result<Found> read_instances(std::string_view body, const Listing &listing, bool by_id);

/// The answer to datacenters_path.
kith::result<std::vector<std::string>> read_datacenters(std::string_view body);

/// Peers of the instances, and how many were left out of them.
struct NamedPeers {
    std::vector<kith::peer> peers;
    std::uint32_t without_address = 0;
    kith::host_faults unusable; ///< what they have cannot be a peer's address
    std::uint32_t doubled = 0;  ///< another instance has the same address, or the same identity
};

/// A filtered answer: what Consul left out may be there. Adds to `found` those of `last` that it lacks, at most 10,000 of them.
void keep_unlisted(Found &found, const Found &last);

/// An instance without an address keeps the one that it had in the answer before.
void keep_addresses(Found &found, const Found &last);

/// BASENAME@HOST for each instance of all lists, an address only once.
NamedPeers name_peers(std::span<const Found *const> lists, std::string_view basename);

} // namespace consul
