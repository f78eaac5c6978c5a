// SPDX-License-Identifier: MIT
#include "join_policy.hpp"

#include "application.hpp"

#include <algorithm>

namespace kith::erlang {
namespace {

// True: a node that is alone joins the cluster of `a` rather than that of `b`.
bool better(const ClusterView &a, const ClusterView &b) {
    if (a.members.size() != b.members.size()) return a.members.size() > b.members.size();
    if (a.own.empty() != b.own.empty()) return b.own.empty();
    return a.members < b.members;
}

std::string with_name(std::string_view text, const std::string &node) {
    std::string out(text);
    if (const auto at = out.find("NODE"); at != std::string::npos) out.replace(at, 4, node);
    return out;
}

std::string cluster_of(const ClusterView &view) { return "the cluster of " + listed(view.members); }

class Decider {
  public:
    Decider(const Application &application, const ClusterView &self, bool allow_reset)
        : application_(application), self_(self), allow_reset_(allow_reset) {}

    JoinDecision decide(std::span<const ClusterView> peers) {
        const ClusterView *best = &self_;
        for (const ClusterView &peer : peers) {
            if (!can_be_joined(peer)) continue;
            if (self_.alone() && better(peer, *best)) best = &peer;
            if (peer.members == best->members && best != &self_ && peer.node < best->node) best = &peer;
        }
        for (const ClusterView &peer : peers) {
            if (out_.failed.contains(peer.node) || out_.waiting.contains(peer.node)) continue;
            if (!self_.alone())
                of_two_clusters(peer);
            else if (best == &self_)
                out_.waiting[peer.node] = "it is to join " + self_.node + waits_for(peer);
            else if (peer.members == best->members)
                join(*best, peer.node);
            else
                out_.waiting[peer.node] = self_.node + " is to join " + cluster_of(*best);
        }
        return std::move(out_);
    }

  private:
    // Otherwise it is written down why.
    bool can_be_joined(const ClusterView &peer) {
        const std::string &name = peer.node;
        if (!peer.fault.empty()) {
            out_.failed[name] = std::string(application_.name) + " in " + name + " could not be asked: " + peer.fault;
        } else if (self_.has_member(name)) {
            out_.waiting[name] = name + " is a member of the cluster of " + self_.node +
                                 " and does not run: it returns by itself when it is started";
        } else if (!self_.running) {
            out_.waiting[name] = std::string(application_.name) + " does not run in " + self_.node;
        } else if (!peer.running) {
            out_.waiting[name] = std::string(application_.name) + " does not run in " + name;
        } else if (peer.has_member(self_.node)) {
            // So it is for a moment, too, while the peer joins.
            out_.waiting[name] = name + " has " + self_.node + " as a member of its cluster, and " + self_.node +
                                 " does not list it: possibly it lost its data. Remove it there (" +
                                 with_name(application_.remove_by_hand, self_.node) + "), and it is joined anew";
        } else {
            return true;
        }
        return false;
    }

    void of_two_clusters(const ClusterView &peer) {
        if (peer.alone())
            out_.waiting[peer.node] = "it is to join " + cluster_of(self_) + waits_for(peer);
        else
            out_.failed[peer.node] =
                cluster_of(self_) + " and " + cluster_of(peer) +
                " are two clusters, which are never merged: decide whose data are to stay, and have each member of "
                "the other leave it (" +
                with_name(application_.reset_by_hand, "each of them") + "); kith then has them join";
    }

    static std::string waits_for(const ClusterView &peer) {
        return peer.own.empty() ? "" : ", and has " + listed(peer.own) + ", which kith there discards only with allow_reset";
    }

    void join(const ClusterView &best, const std::string &requested) {
        if (!self_.own.empty() && !allow_reset_) {
            out_.failed[requested] = self_.node + " would lose " + listed(self_.own) + " by joining " + cluster_of(best) +
                                     (best.own.empty() ? "" : ", which has " + listed(best.own)) +
                                     ": back them up and have the node forget them (" +
                                     with_name(application_.reset_by_hand, self_.node) + "), or set \"allow_reset\": true";
            return;
        }
        out_.join = best.node;
        out_.members = best.members;
        out_.waiting[requested] = self_.node + " joins " + cluster_of(best);
    }

    const Application &application_;
    const ClusterView &self_;
    bool allow_reset_;
    JoinDecision out_;
};

} // namespace

JoinDecision decide_join(const Application &application, const ClusterView &self, std::span<const ClusterView> peers,
                         bool allow_reset) {
    return Decider(application, self, allow_reset).decide(peers);
}

bool joins_fresh_node(const JoinDecision &decision, std::span<const ClusterView> peers) {
    return std::any_of(peers.begin(), peers.end(),
                       [&](const ClusterView &peer) { return peer.node == decision.join && peer.alone() && peer.own.empty(); });
}

} // namespace kith::erlang
