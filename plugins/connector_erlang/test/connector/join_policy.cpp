// SPDX-License-Identifier: MIT
//
// Who joins whom, as a table; and that two nodes that see the same never join each other.
#include "../../application/join_policy.hpp"

#include "../../application/application.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace kith::erlang::test {
namespace {

using NodeNames = std::vector<std::string>;

ClusterView seen(const std::string &node, NodeNames members = {}, NodeNames own = {}, bool running = true) {
    ClusterView view;
    view.node = node;
    view.running = running;
    view.members = members.empty() ? NodeNames{node} : std::move(members);
    view.running_members = view.members;
    view.own = std::move(own);
    return view;
}

ClusterView silent(const std::string &node) {
    ClusterView view;
    view.node = node;
    view.fault = "it did not answer in time";
    return view;
}

JoinDecision decide(const ClusterView &self, const std::vector<ClusterView> &peers, bool allow_reset = false) {
    return decide_join(*find_application("rabbitmq"), self, peers, allow_reset);
}

std::string of(const std::map<std::string, std::string> &reasons, const std::string &name) {
    const auto found = reasons.find(name);
    return found == reasons.end() ? "" : found->second;
}

} // namespace

BOOST_AUTO_TEST_SUITE(join_policy)

BOOST_AUTO_TEST_CASE(a_lone_node_joins_the_larger_cluster_then_the_smallest_name) {
    BOOST_TEST(decide(seen("b"), {seen("a"), seen("c")}).join == "a");
    BOOST_TEST(decide(seen("a"), {seen("b"), seen("c")}).join == "");
    BOOST_TEST(decide(seen("a"), {seen("b"), seen("c", {"c", "d"})}).join == "c");
    BOOST_TEST(decide(seen("a"), {seen("d", {"c", "d"}), seen("c", {"c", "d"})}).join == "c");
    BOOST_TEST(decide(seen("z"), {seen("b", {"b", "c"}), seen("d", {"d", "e", "f"})}).join == "d");
    BOOST_TEST(decide(seen("z"), {seen("d", {"d", "e"}), seen("b", {"b", "c"})}).join == "b");
    BOOST_TEST(decide(seen("z"), {seen("d", {"d", "e"}), seen("b", {"b", "c"})}).members == (NodeNames{"b", "c"}));
}

BOOST_AUTO_TEST_CASE(that_a_fresh_node_joins_a_fresh_one_is_told_apart) {
    const auto joins_fresh = [](const std::vector<ClusterView> &peers) {
        return joins_fresh_node(decide(seen("z"), peers), peers);
    };
    BOOST_TEST(joins_fresh({seen("a"), seen("b")}));
    BOOST_TEST(!joins_fresh({seen("a"), seen("b", {}, {"1 queue"})}));
    BOOST_TEST(!joins_fresh({seen("a"), seen("b", {"b", "c"})}));
    BOOST_TEST(!joins_fresh({seen("zz")}));
}

BOOST_AUTO_TEST_CASE(a_member_joins_nothing_and_waits_for_the_lone) {
    const JoinDecision decision = decide(seen("b", {"b", "c"}), {seen("a"), seen("d", {"d", "e", "f"})});
    BOOST_TEST(decision.join == "");
    BOOST_TEST(of(decision.waiting, "a") == "it is to join the cluster of b and c");
    BOOST_TEST(of(decision.failed, "d")
                   .starts_with("the cluster of b and c and the cluster of d, e and f are two clusters, which are "
                                "never merged: decide whose data are to stay"));
}

BOOST_AUTO_TEST_CASE(a_fresh_node_joins_one_with_data_whatever_their_names) {
    BOOST_TEST(decide(seen("a"), {seen("b", {}, {"2 queues"})}).join == "b");
    const JoinDecision decision = decide(seen("b", {}, {"2 queues"}), {seen("a")});
    BOOST_TEST(decision.join == "");
    BOOST_TEST(of(decision.waiting, "a") == "it is to join b");
}

BOOST_AUTO_TEST_CASE(data_are_discarded_only_when_that_is_allowed) {
    const ClusterView self = seen("b", {}, {"2 queues", "1 user"});
    const JoinDecision refused = decide(self, {seen("a", {"a", "c"}), seen("d")});
    BOOST_TEST(refused.join == "");
    BOOST_TEST(of(refused.failed, "a").starts_with("b would lose 2 queues and 1 user by joining the cluster of a and c: "));
    BOOST_TEST(of(refused.failed, "a").ends_with("or set \"allow_reset\": true"));
    BOOST_TEST(of(refused.waiting, "d") == "b is to join the cluster of a and c");
    BOOST_TEST(decide(self, {seen("a", {"a", "c"})}, true).join == "a");
    const JoinDecision both = decide(self, {seen("a", {}, {"1 policy"})});
    BOOST_TEST(
        of(both.failed, "a").starts_with("b would lose 2 queues and 1 user by joining the cluster of a, which has 1 policy: "));
    BOOST_TEST(of(decide(seen("a", {}, {"1 policy"}), {self}).waiting, "b") ==
               "it is to join a, and has 2 queues and 1 user, which kith there discards only with allow_reset");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_down_is_not_joined_again) {
    BOOST_TEST(of(decide(seen("a", {"a", "b"}), {seen("b", {"a", "b"}, {}, false)}).waiting, "b") ==
               "b is a member of the cluster of a and does not run: it returns by itself when it is started");
}

// Reported only when it lasts: while the peer joins, it lists the local node before the local node lists it.
BOOST_AUTO_TEST_CASE(a_peer_that_lists_the_node_and_is_not_listed_is_waited_for) {
    const JoinDecision decision = decide(seen("b"), {seen("a", {"a", "b"})});
    BOOST_TEST(decision.join == "");
    BOOST_TEST(decision.failed.empty());
    BOOST_TEST(of(decision.waiting, "a").starts_with("a has b as a member of its cluster, and b does not list it: possibly"));
}

BOOST_AUTO_TEST_CASE(nothing_is_joined_that_does_not_answer_or_run) {
    const JoinDecision decision = decide(seen("c"), {silent("a"), seen("b", {}, {}, false), seen("d")});
    BOOST_TEST(decision.join == "");
    BOOST_TEST(of(decision.failed, "a") == "RabbitMQ in a could not be asked: it did not answer in time");
    BOOST_TEST(of(decision.waiting, "b") == "RabbitMQ does not run in b");
    BOOST_TEST(of(decision.waiting, "d") == "it is to join c");
    BOOST_TEST(decide(seen("c", {}, {}, false), {seen("a")}).join == "");
}

// Any two of the nodes, each deciding with the same knowledge of all: at most one of them joins the other, and some node does.
BOOST_AUTO_TEST_CASE(two_nodes_never_join_each_other) {
    const std::vector<ClusterView> kinds{seen("a"),
                                         seen("b"),
                                         seen("c", {}, {"1 queue"}),
                                         seen("d", {}, {"1 user"}),
                                         seen("e", {"e", "f"}),
                                         seen("f", {"e", "f"}),
                                         seen("g", {"g", "h", "i"})};
    for (const bool allow_reset : {false, true}) {
        for (unsigned set = 1; set < 1u << kinds.size(); ++set) {
            std::vector<ClusterView> world;
            for (std::size_t i = 0; i < kinds.size(); ++i)
                if ((set >> i & 1u) != 0) world.push_back(kinds[i]);
            std::map<std::string, std::string> joins;
            for (const ClusterView &self : world) {
                std::vector<ClusterView> others;
                for (const ClusterView &other : world)
                    if (other.node != self.node) others.push_back(other);
                if (const auto join = decide(self, others, allow_reset).join; !join.empty()) joins[self.node] = join;
            }
            for (const auto &[node, target] : joins) BOOST_TEST(!joins.contains(target), node << " joins " << target);
            const auto fresh =
                std::count_if(world.begin(), world.end(), [](const auto &v) { return v.alone() && v.own.empty(); });
            if (fresh != 0 && world.size() > 1) BOOST_TEST(!joins.empty());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
