// SPDX-License-Identifier: MIT
//
// What `kith discover --watch` prints: the difference between one report of a strategy and the one before it.
#pragma once

#include <core/engine/standalone_discovery.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::app {

struct DiscoveryChange {
    enum class Kind : std::uint8_t {
        observed, ///< the first observation, the first one after a failure, or one that is empty now
        added,
        changed, ///< its name, its attributes, or why it is excluded
        removed,
        failed, ///< the observation; the peers are those of the last one that succeeded
    };

    Kind kind;
    core::FoundPeer peer;  ///< of added, changed and removed
    std::size_t peers = 0; ///< of observed: their number
    std::string reason;    ///< of failed, and of observed if there is no peer
};

class DiscoveryChanges {
  public:
    /// The changes since the report of the same source before this one; peers in the order of their keys.
    std::vector<DiscoveryChange> next(const core::DiscoveryResult &result);

  private:
    struct SourceState {
        std::map<std::string, core::FoundPeer> peers; // by key
        bool observed = false;                        // the last report was an observation
    };
    std::map<std::pair<std::string, std::string>, SourceState> sources_; // by topology and source
};

/// One line for people, with a line end. wall: nanoseconds since 1970; the time of day is printed, in UTC.
std::string change_line(const core::DiscoveryResult &result, const DiscoveryChange &change, std::int64_t wall);

/// One JSON object in a line: {"time", "topology", "source", "strategy", "change": "observed" | "added" | "changed" | "removed" | "failed"},
/// with "key", "name", "attributes" and perhaps "left_out" of a peer, "peers" of an observation, and "reason".
std::string change_json(const core::DiscoveryResult &result, const DiscoveryChange &change, std::int64_t wall);

} // namespace kith::app
