// SPDX-License-Identifier: MIT
//
// What one topology thinks of one name, and what the reconciler makes of several topologies' thoughts.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kith::core {

enum class PeerClass : std::uint8_t {
    none,     // never discovered, the local node itself, or excluded by the filter: left alone
    wanted,   // in the membership: connect, and retry for ever
    held,     // missing: keep the link, keep retrying
    resting,  // held by the guard, or known only to a strategy that is not in use: keep the link, do not dial
    kept,     // gone, and prune is keep or report: leave a link alone, never dial
    unwanted, // gone, and prune is disconnect: part
};
inline constexpr std::size_t peer_classes = 6;

constexpr std::string_view to_string(PeerClass peer_class) {
    constexpr std::array<std::string_view, peer_classes> words{"none", "wanted", "held", "resting", "kept", "unwanted"};
    return words[static_cast<std::size_t>(peer_class)];
}

constexpr bool dials(PeerClass peer_class) { return peer_class == PeerClass::wanted || peer_class == PeerClass::held; }

// How many topologies hold a name in each class.
class ClassCounts {
  public:
    void move(PeerClass from, PeerClass to) {
        if (from != PeerClass::none) --counts_[static_cast<std::size_t>(from)];
        if (to != PeerClass::none) ++counts_[static_cast<std::size_t>(to)];
    }
    std::uint16_t of(PeerClass peer_class) const { return counts_[static_cast<std::size_t>(peer_class)]; }

    bool dial() const { return of(PeerClass::wanted) != 0 || of(PeerClass::held) != 0; }
    // Parted only when some topology says so and none holds it; a topology whose prune is keep holds the links it once made.
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
