// SPDX-License-Identifier: MIT
//
// The cluster that an application forms above the links of the driven node. A join is a standing request, one for each name: it ends when the
// application lists the peer, when it is refused, or when its patience is over. Whatever is requested, one call at a time runs in the node,
// and none while an earlier one may still be under way there; it runs in a process of its own, which outlives kith.
#pragma once

#include "../instance_context.hpp"
#include "../link_reporter.hpp"
#include "../node_session.hpp"
#include "application.hpp"
#include "cluster_view.hpp"
#include "join_policy.hpp"

#include <kith/signal.hpp>
#include <kith/timer.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kith::erlang {

class ApplicationCluster {
  public:
    /// All outlive this.
    ApplicationCluster(const Application &application, InstanceContext &context, LinkReporter &reporter);

    /// Its peers need no link of Erlang's distribution.
    bool is_overlay() const noexcept { return application_.is_overlay(); }

    /// Works on the requests until the session is closed.
    task<void> run(std::shared_ptr<Session> session);
    /// The session has ended.
    void end() { wake_.notify(); }

    /// While it lives, a link is being made to a peer whose cluster is not known yet.
    class LinkBeingMade {
      public:
        explicit LinkBeingMade(ApplicationCluster &cluster) : cluster_(cluster) { ++cluster_.links_being_made_; }
        LinkBeingMade(const LinkBeingMade &) = delete;
        LinkBeingMade &operator=(const LinkBeingMade &) = delete;
        ~LinkBeingMade() { --cluster_.links_being_made_; }

      private:
        ApplicationCluster &cluster_;
    };

    task<result<void>> join(std::shared_ptr<Session> session, std::string name);
    task<result<void>> remove(std::shared_ptr<Session> session, std::string name);

  private:
    using Time = std::chrono::nanoseconds;

    struct Request {
        std::string name;
        Time until{};
        Time since{};
        Time joined{};         // when the overlay took it; 0: not yet
        std::string waits_for; // the last reason why nothing was done for it
        std::optional<error> failure;
    };

    task<void> work(Session &session);
    task<bool> join_cluster(Session &session, std::vector<std::string> names);
    task<bool> join_overlay(Session &session, std::vector<std::string> names);
    task<result<std::vector<ClusterView>>> survey(Session &session, std::vector<std::string> names);
    /// Has the node join the cluster of this peer. Nothing: it did, or it is to be looked at anew. Else why not.
    task<std::optional<error>> join_now(Session &session, std::string peer, std::vector<std::string> members);
    /// A peer may still turn out to have data, or a cluster.
    bool is_early(const JoinDecision &decision, std::span<const ClusterView> peers) const;
    void fail(const std::string &name, const error &why);
    void end_overdue(Time now);

    const Application &application_;
    InstanceContext &context_;
    LinkReporter &reporter_;
    timer timer_;
    signal wake_;     // there is something to do
    signal answered_; // a request may be over
    std::list<Request> requests_;
    int links_being_made_ = 0;
    std::string announced_; // the peer whose cluster is being joined, as it was logged
};

} // namespace kith::erlang
