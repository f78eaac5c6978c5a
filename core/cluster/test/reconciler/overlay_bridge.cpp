// SPDX-License-Identifier: MIT
//
// policy.bridge: which peer that the overlay does not know is connected, when, and by which node; and that two overlays become one.
#include <core/cluster/test/cluster_fixture.hpp>

namespace kith::core::test {

namespace {

Policy bridging(bool bridge = true) {
    Policy policy;
    policy.links = 1;
    policy.bridge = bridge;
    policy.grace = 60s;
    return policy;
}

// The local node is self@h. It is linked to `links`, its overlay has `members` beside them, and `wanted` are found.
struct Overlay : AttachedTopology {
    Overlay(const std::vector<std::string> &links, const std::vector<std::string> &members, const std::vector<PeerSpec> &wanted,
            const Policy &policy = bridging())
        : AttachedTopology(policy) {
        say_links(links, members);
        see(topology, wanted);
        run();
        BOOST_CHECK(calls().empty());
    }
};

// Hosts whose overlay network works: who is connected is known to all of the overlay five seconds later.
struct Hosts {
    Hosts(const std::vector<std::string> &names, const std::vector<std::vector<std::string>> &overlays) {
        std::vector<PeerSpec> all(names.begin(), names.end());
        for (const auto &overlay : overlays) {
            for (const auto &name : overlay) {
                auto &host = *hosts.emplace(name, std::make_unique<ClusterFixture>()).first->second;
                auto &topology = host.topology(bridging());
                host.attach({}, name);
                known[name] = {overlay.begin(), overlay.end()};
                show(name);
                std::vector<PeerSpec> others;
                for (const auto &other : all)
                    if (other.name != name) others.push_back(other);
                host.see(topology, others);
            }
        }
    }

    void show(const std::string &name) {
        std::vector<std::string> links, members;
        for (const auto &other : known[name])
            if (other != name) (links.empty() ? links : members).push_back(other);
        hosts.at(name)->say_links(links, members);
        hosts.at(name)->run();
    }

    void pass(int seconds) {
        for (int i = 0; i < seconds; i += 5) {
            for (auto &[name, host] : hosts) {
                host->pass(5s);
                for (const auto &call : host->calls()) {
                    const std::string peer = call.substr(8);
                    connects.push_back(name + " to " + peer);
                    std::set<std::string> both = known[name];
                    both.insert(known[peer].begin(), known[peer].end());
                    for (const auto &member : both) known[member] = both;
                    host->finish(peer);
                }
            }
            for (auto &[name, host] : hosts) show(name);
        }
    }

    std::map<std::string, std::unique_ptr<ClusterFixture>> hosts;
    std::map<std::string, std::set<std::string>> known;
    std::vector<std::string> connects;
};

} // namespace

BOOST_AUTO_TEST_SUITE(overlay_bridge)

BOOST_AUTO_TEST_CASE(a_peer_that_the_overlay_does_not_know_is_connected_after_grace) {
    Overlay fixture({"z1"}, {"z2"}, {"z1", "z2", "apart"});
    fixture.pass(59s);
    BOOST_CHECK(fixture.calls().empty());
    fixture.told();
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.told_why(), "connect.started apart: the overlay has not known it for 60 s (policy.bridge)");
    KITH_CHECK_LINES(fixture.calls(), "connect apart");
    fixture.finish("apart");
    fixture.pass(1h);
    BOOST_CHECK(fixture.calls().empty());
    fixture.say_links({"z1"}, {"z2"}); // it is lost, and is not known
    fixture.pass(59s);
    BOOST_CHECK(fixture.calls().empty());
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.calls(), "connect apart");
}

BOOST_AUTO_TEST_CASE(without_the_policy_none_is) {
    Overlay fixture({"z1"}, {}, {"z1", "apart"}, bridging(false));
    fixture.pass(1h);
    BOOST_CHECK(fixture.calls().empty());
    fixture.topology.set_policy(bridging(), fixture.now);
    fixture.pass(60s);
    KITH_CHECK_LINES(fixture.calls(), "connect apart");
}

BOOST_AUTO_TEST_CASE(a_peer_that_becomes_known_in_time_is_not_connected) {
    Overlay fixture({"z1"}, {}, {"z1", "apart"});
    fixture.pass(50s);
    fixture.say_links({"z1"}, {"apart"});
    fixture.pass(1h);
    fixture.say_links({"z1"}, {});
    fixture.pass(59s);
    BOOST_CHECK(fixture.calls().empty());
}

BOOST_AUTO_TEST_CASE(nodes_take_turns_by_name_and_the_larger_of_two_begins) {
    const auto after = [](const std::vector<std::string> &links, const std::vector<std::string> &members,
                          const std::vector<PeerSpec> &wanted) {
        Overlay fixture(links, members, wanted);
        for (int minutes = 1; minutes < 20; ++minutes) {
            fixture.pass(1min);
            if (!fixture.calls().empty()) return minutes;
        }
        return 0;
    };
    BOOST_CHECK_EQUAL(after({"z1"}, {}, {"z1", "apart"}), 1);
    BOOST_CHECK_EQUAL(after({"z1"}, {}, {"z1", "zz"}), 2);
    BOOST_CHECK_EQUAL(after({"a1"}, {}, {"a1", "apart"}), 2);
    BOOST_CHECK_EQUAL(after({"a1"}, {"a2"}, {"a1", "a2", "zz"}), 4);
    BOOST_CHECK_EQUAL(after({"z1", "a1"}, {"a2"}, {"z1", "zz"}), 2); // those that no topology wants have no turn
}

BOOST_AUTO_TEST_CASE(one_at_a_time_and_one_that_fails_lets_the_others_go_first) {
    Overlay fixture({"z1"}, {}, {"z1", "a", "b", "c"});
    fixture.pass(60s);
    KITH_CHECK_LINES(fixture.calls(), "connect a");
    fixture.finish("a", KITH_UNAVAILABLE, "it is down");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect b");
    fixture.finish("b", KITH_UNAVAILABLE, "it is down");
    fixture.run();
    KITH_CHECK_LINES(fixture.calls(), "connect c");
    fixture.finish("c");
    fixture.pass(59s);
    BOOST_CHECK(fixture.calls().empty()); // the overlays become known to each other
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.calls(), "connect a");
}

BOOST_AUTO_TEST_CASE(a_node_that_was_detached_begins_anew) {
    Overlay fixture({"z1"}, {}, {"z1", "apart"});
    fixture.pass(50s);
    BOOST_REQUIRE(fixture.reconciler.detached(KITH_RESET, "the node is down", fixture.now));
    fixture.pass(1h);
    fixture.attach({"z1"});
    fixture.pass(59s);
    BOOST_CHECK(fixture.calls().empty());
    fixture.pass(1s);
    KITH_CHECK_LINES(fixture.calls(), "connect apart");
}

BOOST_AUTO_TEST_CASE(two_overlays_become_one_by_one_connect) {
    Hosts hosts({"a", "b", "c", "d", "e", "f"}, {{"a", "d", "e"}, {"b", "c", "f"}});
    hosts.pass(1200);
    KITH_CHECK_LINES(hosts.connects, "b to a");
    for (const auto &[name, known] : hosts.known) BOOST_CHECK_EQUAL(known.size(), 6u);
}

BOOST_AUTO_TEST_CASE(three_overlays_of_any_sizes_become_one) {
    Hosts hosts({"a", "b", "c", "d", "e", "f", "g", "h"}, {{"c", "h"}, {"a", "b", "g"}, {"d", "e", "f"}});
    hosts.pass(1200);
    BOOST_CHECK(hosts.connects.size() <= 3);
    for (const auto &[name, known] : hosts.known) BOOST_CHECK_EQUAL(known.size(), 8u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
