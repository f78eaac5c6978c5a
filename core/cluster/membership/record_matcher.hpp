// SPDX-License-Identifier: MIT
//
// The first step of an observation: which record each of its peers is, and whether it has changed.
#pragma once

#include <core/cluster/base/status.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/packed_peer.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace kith::core {

class RecordTable;

class RecordMatcher {
  public:
    struct Match {
        RecordId record; // none: a new key
        bool same;       // as it was observed last, but for the ttl
        bool settled;    // present and named: when it is the same, there is nothing to do
    };

    // Finds the record of each peer, and marks it as observed. Refused, with nothing changed: KITH_INVALID (a peer has no key, or two
    // have the same).
    Status match(RecordTable &records, SourceId source, std::span<const PeerView> peers);

    // Of the last observation, in its order.
    std::span<const Match> matches() const { return matches_; }
    std::size_t new_keys() const { return new_keys_; }

  private:
    void look_up(const RecordTable &records, SourceId source, std::span<const PeerView> peers);

    std::vector<Match> matches_;
    std::size_t new_keys_ = 0;
    std::array<RecordId, 32> looked_up_{};
};

} // namespace kith::core
