// SPDX-License-Identifier: MIT
//
// Watches one kith from outside, by its events alone, from its start to its end: keeps its own account of peers and links, holds every
// event against the rules of core, and the account against what the engine says of itself. Knows nothing of other hosts.
#pragma once

#include <core/cluster/event.hpp>
#include <core/config/model.hpp>
#include <core/engine/engine.hpp>
#include <tests/sim/index_set.hpp>
#include <tests/sim/node_name_index.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::sim {

class InvariantChecker {
  public:
    /// config: of the kith that begins now. All outlive the checker.
    InvariantChecker(NodeNameIndex &names, const core::Config &config);

    /// The next event. What rule it breaks, in a sentence; empty when all is well.
    std::string see(const core::StoredEvent &event);
    /// After all events until now were seen: do the engine's counts agree with them?
    std::string check(const core::Engine &engine) const;

    /// Of all topologies, or of that one. Peers it believes in, by their numbers in NodeNameIndex.
    IndexSet members(std::string_view topology = {}) const;
    /// Links of all connectors, or of that topology's.
    IndexSet links(std::string_view topology = {}) const;
    /// Most connects that were ever under way at once.
    std::size_t max_dialling() const { return max_dialling_; }

  private:
    struct Topology {
        std::string name;
        std::size_t connector = 0;
        bool one_source = false;
        bool stale = false;
        IndexSet members;
    };
    struct Connector {
        std::string name;
        std::size_t limit = SIZE_MAX; // connects under way
        std::size_t node = SIZE_MAX;  // of the last attachment
        IndexSet links, dialling;
        IndexSet found; // by any topology that uses it, ever
    };
    Topology *topology(std::string_view name);
    Connector *connector(std::string_view name);
    std::string see_topology(Topology &of, const core::StoredEvent &event);
    std::string see_connector(Connector &of, const core::StoredEvent &event);
    bool wanted(std::size_t connector, std::size_t peer) const;

    NodeNameIndex &names_;
    std::vector<Topology> topologies_;
    std::vector<Connector> connectors_;
    std::uint64_t last_seq_ = 0;
    std::int64_t last_time_ = INT64_MIN;
    std::size_t max_dialling_ = 0;
};

} // namespace kith::sim
