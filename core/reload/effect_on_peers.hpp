// SPDX-License-Identifier: MIT
//
// What a reload would do to the peers of one running topology: which are no longer connected, which links stay, and which are disconnected.
// It is computed from what the topology knows now; what a strategy will find with its new options is not known before it has looked.
#pragma once

#include <core/cluster/topology/topology.hpp>
#include <core/config/config.hpp>

#include <string>
#include <vector>

namespace kith::core {

struct ReloadEffect {
    std::string topology;
    std::size_t names = 0;                ///< that it believes in now
    std::vector<std::string> not_dialled; ///< they are left out from now on; their links stay
    std::vector<std::string> parted;      ///< their links are ended, at once or when grace is over
    bool too_many = false;                ///< either list is more than policy.max_removal of the names: it must be confirmed

    bool any() const { return !not_dialled.empty() || !parted.empty(); }
};

/// running: as the topology is configured now; next: as it will be; null: it is removed.
ReloadEffect foresee(const LiveTopology &topology, const Topology &running, const Topology *next, Time now);

} // namespace kith::core
