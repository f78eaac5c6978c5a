// SPDX-License-Identifier: MIT
//
// Who joins whom. Every node decides for itself by the same rules, so that two that see the same do opposite things:
//   * A node that is alone joins the larger cluster; of clusters of one size one that has data, then the one with the smallest name. When that
//     is its own, it waits to be joined. A member of a cluster joins nothing: two clusters are never merged.
//   * What the node would lose by joining must be nothing, unless it may be reset.
#pragma once

#include "cluster_view.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace kith::erlang {

struct Application;

struct JoinDecision {
    std::string join;                           // the peer whose cluster is to be joined; empty: none
    std::vector<std::string> members;           // of that cluster, sorted
    std::map<std::string, std::string> failed;  // peers that cannot be joined, and why; to be reported
    std::map<std::string, std::string> waiting; // peers for which nothing is to be done at present, and why
};

/// self: the driven node. peers: those that are wanted and not linked.
JoinDecision decide_join(const Application &application, const ClusterView &self, std::span<const ClusterView> peers,
                         bool allow_reset);

/// The decision is that a fresh node joins a fresh one. A third one that has data could then join neither without losing them.
bool joins_fresh_node(const JoinDecision &decision, std::span<const ClusterView> peers);

} // namespace kith::erlang
