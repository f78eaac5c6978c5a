// SPDX-License-Identifier: MIT
//
// Whom a reload would no longer dial, and whom it would part.
#include <core/cluster/test/cluster_fixture.hpp>
#include <core/reload/effect_on_peers.hpp>

namespace kith::core::test {

namespace {

struct Foreseen {
    ClusterFixture cluster;
    Topology running{"t", {{"s", "epmd", R"({"hosts":["a@h","b@h","c@h","d@h"]})", true}}, "beam", policy()};
    LiveTopology &topology = cluster.topology(running.policy);

    static Policy policy() {
        Policy policy = libcluster_policy();
        policy.grace = std::chrono::seconds(60);
        policy.guard = true;
        return policy;
    }
    Foreseen() {
        cluster.automatic = true;
        cluster.attach();
        cluster.see(topology, {"a@h", "b@h", "c@h", "d@h"});
    }
    std::string effect(const std::function<void(Topology &)> &change) {
        Topology next = running;
        change(next);
        return text(foresee(topology, running, &next, cluster.now));
    }
    static std::string text(const ReloadEffect &effect) {
        std::string out;
        for (const auto &name : effect.not_dialled) out += "leave " + name + ' ';
        for (const auto &name : effect.parted) out += "part " + name + ' ';
        return out + (effect.too_many ? "confirm" : "");
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(reload_effects)

BOOST_AUTO_TEST_CASE(changes_without_effect_on_the_peers_have_an_empty_forecast) {
    Foreseen it;
    BOOST_TEST(it.effect([](Topology &) {}) == "");
    BOOST_TEST(it.effect([](Topology &t) { t.policy.grace = std::chrono::seconds(5); }) == "");
}

BOOST_AUTO_TEST_CASE(peers_excluded_by_filters_or_removed_topologies_are_forecast) {
    Foreseen it;
    BOOST_TEST(it.effect([](Topology &t) { t.policy.exclude = {"a@*"}; }) == "leave a@h ");
    BOOST_TEST(it.effect([](Topology &t) { t.policy.include = {"a@*"}; }) == "leave b@h leave c@h leave d@h confirm");
    BOOST_TEST(Foreseen::text(foresee(it.topology, it.running, nullptr, it.cluster.now)) ==
               "leave a@h leave b@h leave c@h leave d@h confirm");
}

BOOST_AUTO_TEST_CASE(peers_renamed_by_a_new_template_are_forecast) {
    Foreseen it;
    BOOST_TEST(it.effect([](Topology &t) { t.policy.name = "x@{key}"; }) == "leave a@h leave b@h leave c@h leave d@h confirm");
}

BOOST_AUTO_TEST_CASE(peers_of_hosts_removed_from_a_list_are_forecast) {
    Foreseen it;
    BOOST_TEST(it.effect([](Topology &t) { t.sources[0].options = R"({"hosts":["a@h","b@h","c@h"]})"; }) == "part d@h ");
    BOOST_TEST(it.effect([](Topology &t) { t.sources[0].options = R"({"hosts":["a@h"]})"; }) ==
               "part b@h part c@h part d@h confirm");
    BOOST_TEST(it.effect([](Topology &t) {
        t.sources[0].options = R"({"hosts":["a@h"]})";
        t.policy.prune = Prune::keep;
    }) == "");
}

BOOST_AUTO_TEST_CASE(links_kept_so_far_by_prune_keep_are_forecast) {
    Foreseen it;
    it.running.policy.prune = Prune::keep;
    it.topology.set_policy(it.running.policy, it.cluster.now);
    it.cluster.see(it.topology, {"b@h", "c@h", "d@h"});
    it.cluster.pass(61s);
    it.cluster.see(it.topology, {"b@h", "c@h", "d@h"});
    BOOST_TEST(it.effect([](Topology &t) { t.policy.prune = Prune::disconnect; }) == "part a@h ");
}

BOOST_AUTO_TEST_CASE(removals_made_earlier_by_new_times_are_forecast) {
    Foreseen it;
    it.cluster.see(it.topology, {"b@h", "c@h", "d@h"}); // a is missing
    it.cluster.pass(30s);
    BOOST_TEST(it.effect([](Topology &t) { t.policy.grace = std::chrono::seconds(10); }) == "part a@h ");
    it.cluster.update(it.topology, {}, {}, {"b@h", "c@h", "d@h"}); // the guard holds them
    BOOST_TEST(it.topology.guarded() >= 3U);
    BOOST_TEST(it.effect([](Topology &t) { t.policy.guard = false; }) == "part b@h part c@h part d@h confirm");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
