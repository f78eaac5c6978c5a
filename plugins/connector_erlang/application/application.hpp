// SPDX-License-Identifier: MIT
//
// An application that forms a cluster of its own above the links of its nodes, in Erlang, as it is evaluated in the driven node. Nothing is
// installed there. Which node joins which, and when, is the same for all of them: join_policy.hpp.
#pragma once

#include <string_view>

namespace kith::erlang {

struct Application {
    std::string_view id;   // the value of option `application`
    std::string_view name; // as its own documents write it

    /// {Running, Members, RunningMembers, Own}: whether the application runs; the cluster's members with the node itself, and those that
    /// run; for a node without other members what it would lose by joining, in words, such as [<<"2 queues">>]. Evaluated in the node and in
    /// each peer.
    std::string_view status{};
    /// {Linked, Others}: the members that run, and those that do not. Cheap; an application that does not run has none.
    std::string_view links{};
    /// Joins the cluster of `Peer`: ok, or {ok, _}. May stop the application; must not be repeated while it is under way.
    std::string_view join{};
    /// Has the application run again, if it does not; fails when it cannot.
    std::string_view start{};
    /// Removes the member `Peer`, which does not run, from the cluster: ok. Empty: it has no such function.
    std::string_view remove{};
    /// Of an overlay network, whose memberships merge, instead of `join` and `start`: joins each of
    /// `Peers` that are not its members, one after the other: [{Peer, ok | {error, Why}}].
    std::string_view join_each{};
    /// How an operator removes a member, and has a node forget its cluster; for reasons. `NODE` stands for its name.
    std::string_view remove_by_hand{};
    std::string_view reset_by_hand{};

    bool is_overlay() const noexcept { return !join_each.empty(); }
};

/// Null for `none`.
const Application *find_application(std::string_view id) noexcept;

} // namespace kith::erlang
