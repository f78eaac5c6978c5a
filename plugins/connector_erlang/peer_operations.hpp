// SPDX-License-Identifier: MIT
//
// Connects the driven node to peers and disconnects it from them, by calls in the node; when the node could not connect, it finds out why.
#pragma once

#include "application/application_cluster.hpp"
#include "driven_node_facts.hpp"
#include "instance_context.hpp"
#include "link_reporter.hpp"
#include "node_session.hpp"
#include "peer_probe.hpp"
#include "unanswered_joins.hpp"

#include <kith/peer.hpp>

#include <memory>
#include <string>

namespace kith::erlang {

class PeerOperations {
  public:
    /// All outlive this. cluster: null where links alone are made.
    PeerOperations(InstanceContext &context, LinkReporter &reporter, ApplicationCluster *cluster)
        : context_(context), reporter_(reporter), cluster_(cluster) {}

    /// What the node of the session answers about itself; {} when the session has ended.
    void facts(NodeFacts of_node) { facts_ = std::move(of_node); }
    const NodeFacts &facts() const noexcept { return facts_; }

    task<result<void>> connect(std::shared_ptr<Session> session, peer to);
    task<result<void>> disconnect(std::shared_ptr<Session> session, peer from);

  private:
    /// Has the node make a link to the peer, or finds out why it does not.
    task<result<void>> link(std::shared_ptr<Session> session, peer to);
    result<void> check_name(const Session &session, const std::string &name, bool to_join) const;
    /// The node's answer, or an early verdict, which makes it needless.
    struct Joined {
        result<Session::Reply> reply;
        std::optional<Verdict> verdict;
    };
    task<Joined> join(Session &session, const peer &to);
    task<result<Session::Reply>> call(Session &session, const Mfa &mfa, const peer &of) const;
    /// The link is there: listed, where links come from a list.
    task<result<void>> await_link(std::shared_ptr<Session> session, std::string name);
    task<result<void>> set_cookie(Session &session, std::string name) const;
    /// The failure that is reported; remembered, if the peer refuses.
    error refuse(const Session &session, const std::string &name, Verdict verdict);
    task<Probe> probe_of(Session &session, const peer &to, std::chrono::nanoseconds step) const;

    InstanceContext &context_;
    LinkReporter &reporter_;
    ApplicationCluster *cluster_;
    NodeFacts facts_;
    UnansweredJoins unanswered_;
};

} // namespace kith::erlang
