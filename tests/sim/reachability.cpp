// SPDX-License-Identifier: MIT
#include <tests/sim/ground.hpp>

namespace kith::sim {

void Ground::islands(const std::vector<Bits> &sets, Span now) {
    for (State &host : hosts_) host.island = 0;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        sets[i].each([&](std::size_t host) { hosts_[host].island = i + 1; });
    }
    parted_ = now;
}

bool Ground::calm(std::size_t a, std::size_t b, Span now) const {
    return network_.calm(now) && hosts_[a].calm(now) && hosts_[b].calm(now) && hosts_[a].island == hosts_[b].island &&
           now - parted_ >= patience;
}

} // namespace kith::sim
