// SPDX-License-Identifier: MIT
#include <tests/sim/disturbance_tracker.hpp>

namespace kith::sim {

void DisturbanceTracker::islands(const std::vector<IndexSet> &sets, Duration now) {
    for (State &host : hosts_) host.island = 0;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        sets[i].each([&](std::size_t host) { hosts_[host].island = i + 1; });
    }
    parted_ = now;
}

bool DisturbanceTracker::undisturbed(std::size_t a, std::size_t b, Duration now) const {
    return network_.undisturbed(now) && hosts_[a].undisturbed(now) && hosts_[b].undisturbed(now) &&
           hosts_[a].island == hosts_[b].island && now - parted_ >= patience;
}

} // namespace kith::sim
