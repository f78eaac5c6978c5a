// SPDX-License-Identifier: MIT
//
// Checks one kith from its start to its end, by its events only: maintains its own sets of peers and links, checks every event against the
// rules of core, and compares the sets with the engine's counts. Uses no information about other hosts.
#pragma once

#include <core/cluster/events/event.hpp>
#include <core/config/config.hpp>
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
    /// config: the configuration of the kith that starts now. All references outlive the checker.
    InvariantChecker(NodeNameIndex &names, const core::Config &config);

    /// Processes the next event. Returns the rule that it violates, as a sentence; empty: none.
    std::string see(const core::StoredEvent &event);
    /// Compares the engine's counts with the events; all events up to now must have been processed. Returns the first difference as a
    /// sentence, or an empty string.
    std::string check(const core::Engine &engine) const;

    /// The members of all topologies or of one (empty: all), by their numbers in NodeNameIndex. room: is used if there are several.
    const IndexSet &members(std::string_view topology, IndexSet &room) const;
    /// The links of all connectors, or of the connector of one topology.
    const IndexSet &links(std::string_view topology, IndexSet &room) const;
    /// The largest number of connects that were in progress at the same time.
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
        std::size_t limit = SIZE_MAX; // maximum of connects in progress
        std::size_t node = SIZE_MAX;  // the local node of the last attachment
        IndexSet links, dialling;
        IndexSet found; // discovered by any topology that uses this connector, ever
    };
    template <class Part>
    const IndexSet &of_topologies(std::string_view topology, IndexSet &room, Part part) const;
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
