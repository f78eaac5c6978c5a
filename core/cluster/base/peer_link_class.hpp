// SPDX-License-Identifier: MIT
//
// The class of a peer's name in one topology, which determines what the reconciler does, and how the classes of several
// topologies combine.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kith::core {

enum class PeerClass : std::uint8_t {
    none,     // never discovered, the local node, or excluded by the filter: ignored
    wanted,   // a present member: connect, and retry without limit
    held,     // a missing member: keep the link, and retry as before
    resting,  // held by the removal guard, or reported only by a strategy that is not in use: keep the link, do not connect
    kept,     // gone, and prune is keep or report: keep the link, never connect
    unwanted, // gone, and prune is disconnect: disconnect
};
inline constexpr std::size_t peer_classes = 6;

constexpr std::string_view to_string(PeerClass peer_class) {
    constexpr std::array<std::string_view, peer_classes> words{"none", "wanted", "held", "resting", "kept", "unwanted"};
    return words[static_cast<std::size_t>(peer_class)];
}

constexpr bool dials(PeerClass peer_class) { return peer_class == PeerClass::wanted || peer_class == PeerClass::held; }

// The class of a name on which no work is done: it is neither connected nor disconnected, and its link is kept for all topologies.
constexpr PeerClass at_rest(PeerClass peer_class) {
    if (dials(peer_class)) return PeerClass::resting;
    return peer_class == PeerClass::unwanted ? PeerClass::kept : peer_class;
}

// The number of topologies for which a name has each class.
class ClassCounts {
  public:
    void move(PeerClass from, PeerClass to) {
        if (from != PeerClass::none) --counts_[static_cast<std::size_t>(from)];
        if (to != PeerClass::none) ++counts_[static_cast<std::size_t>(to)];
    }
    std::uint16_t of(PeerClass peer_class) const { return counts_[static_cast<std::size_t>(peer_class)]; }

    bool dial() const { return of(PeerClass::wanted) != 0 || of(PeerClass::held) != 0; }
    // Disconnected only when it is unwanted in some topology and no other topology keeps it. A topology with `prune: keep`
    // keeps its links.
    bool part() const {
        return of(PeerClass::unwanted) != 0 && !dial() && of(PeerClass::resting) == 0 && of(PeerClass::kept) == 0;
    }
    bool claimed() const {
        return dial() || of(PeerClass::resting) != 0 || of(PeerClass::kept) != 0 || of(PeerClass::unwanted) != 0;
    }

  private:
    std::array<std::uint16_t, peer_classes> counts_{};
};

} // namespace kith::core
