// SPDX-License-Identifier: MIT
//
// The bodies of answers, from the state at one moment. Their shapes are in openapi.json.
#pragma once

#include "context.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kith::app {

std::string status_document(const ApiContext &context, const core::EngineView &view);
/// name: of one topology; nothing when there is none of that name.
std::optional<std::string> topology_document(const ApiContext &context, const core::EngineView &view, std::string_view name);
std::string topologies_document(const ApiContext &context, const core::EngineView &view);
std::string connectors_document(const core::EngineView &view);
std::string why_document(const core::EngineView &view, std::string_view name);
/// Of everything, with the id of the event that it is true at: all but the peers, for which it ends within an open array.
std::string state_beginning(const ApiContext &context, const core::EngineView &view);

struct PeerQuery {
    std::string topology; ///< empty: all
    std::string state;    ///< empty: all; a word of MembershipQueries::NameStatus
    std::string name;     ///< glob; empty: all
    std::string after;    ///< "TOPOLOGY/NAME": the ones behind it
    std::size_t limit = 100;
};
inline constexpr std::size_t most_peers_in_page = 1'000;
inline constexpr std::size_t most_bytes_in_page = 196'608; ///< then the page ends, with at least one peer

/// In the order of topology and name. `next` is the cursor of the following page, or null.
std::string peers_document(const core::EngineView &view, const PeerQuery &query);

/// Prometheus text 0.0.4, or OpenMetrics 1.0.0.
std::string metrics_document(const ApiContext &context, const core::EngineView &view, bool open_metrics);

/// The states that names can have.
inline constexpr std::string_view peer_states[] = {"wanted", "missing",  "remembered", "resting", "guarded",
                                                   "gone",   "excluded", "local_node", "outside"};

/// What is not ready, a line for each topology; empty: all are, or the one of that name is.
std::string unready_topologies(const core::EngineView &view, std::string_view topology);

} // namespace kith::app
