// SPDX-License-Identifier: MIT
//
// The first step of an observation: finds the record of each peer, and whether the peer has changed.
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

class ObservationMatcher {
  public:
    struct Match {
        RecordId record; // none: a new key
        bool same;       // equal to the last observation, except for the ttl
        bool settled;    // present and named: when it is also the same, there is nothing to do
    };

    // Finds the record of each peer and marks it as observed. Refuses without a change with KITH_INVALID: a peer has no key, or
    // two have the same.
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
