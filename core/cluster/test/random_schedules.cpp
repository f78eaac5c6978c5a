// SPDX-License-Identifier: MIT
//
// Random schedules of observations, link flaps, detaches, connector errors and time, over several topologies that share one
// connector. KITH_SEED=<n> runs one schedule again; KITH_RUNS=<n> says how many there are.
#include <core/cluster/test/random_schedule_with_invariants.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(random_schedules)

BOOST_AUTO_TEST_CASE(random_schedules_end_with_links_as_the_classes_require) {
    for_seeds(300, [](std::uint64_t seed) {
        Schedule schedule{seed};
        schedule.chaos(120);
        schedule.quiet();
    });
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_events) {
    for_seeds(10, [](std::uint64_t seed) {
        Schedule one{seed};
        Schedule two{seed};
        one.chaos(100);
        two.chaos(100);
        BOOST_CHECK(one.trace() == two.trace());
    });
}

// Whatever a source's failures look like and however long they last, they part nobody.
BOOST_AUTO_TEST_CASE(a_source_that_only_fails_causes_no_disconnect) {
    for_seeds(100, [](std::uint64_t seed) {
        Random random{seed};
        ClusterFixture fixture{0, seed};
        Policy policy = libcluster_policy(); // the most eager to part
        auto &topology = fixture.topology(policy);
        fixture.automatic = true;
        fixture.attach();
        const auto peers = peers_named("p", 1 + static_cast<int>(random.below(20)));
        const bool leased = random.below(2) == 1;
        if (leased) {
            std::vector<PeerSpec> with_lease;
            for (const auto &peer : peers) with_lease.push_back({peer.key, peer.name, {}, 15s});
            fixture.update(topology, with_lease);
        } else {
            fixture.see(topology, peers);
        }
        fixture.calls();
        for (int i = 0; i < 100; ++i) {
            fixture.pass(std::chrono::seconds{random.below(600)});
            topology.failed(SourceId{0}, -static_cast<std::int32_t>(1 + random.below(20)), "cannot look", fixture.now);
            if (random.below(10) == 0) topology.watching(SourceId{0}, false, fixture.now);
            if (random.below(10) == 0) fixture.down(peers[random.below(peers.size())].name);
            fixture.run();
            for (const auto &call : fixture.calls()) BOOST_REQUIRE_MESSAGE(call.starts_with("connect "), call);
        }
        BOOST_CHECK_EQUAL(topology.size(), peers.size());
    });
}

// The guard, against any mixture of ways to lose peers.
BOOST_AUTO_TEST_CASE(no_disconnect_before_the_hold_time_if_a_topology_would_become_empty) {
    for_seeds(100, [](std::uint64_t seed) {
        Random random{seed};
        ClusterFixture fixture{0, seed};
        Policy policy;
        policy.prune = Prune::disconnect;
        policy.grace = ms(std::chrono::milliseconds{random.below(3'000)});
        policy.confirm = static_cast<std::uint32_t>(1 + random.below(3));
        policy.max_removal = random.unit();
        auto &topology = fixture.topology(policy);
        fixture.automatic = true;
        fixture.attach();
        const auto peers = peers_named("p", 1 + static_cast<int>(random.below(30)));
        fixture.see(topology, peers);
        fixture.calls();
        const Time begin = fixture.now;
        Lines parted;
        // All at once by one way, then the others again and again.
        while (fixture.now - begin < 590'000'000'000U) {
            std::vector<std::string_view> keys;
            for (const auto &peer : peers) keys.push_back(peer.key);
            switch (fixture.now == begin ? 1 + random.below(2) : random.below(3)) {
            case 0: topology.failed(SourceId{0}, KITH_IO, "cannot", fixture.now); break;
            case 1: fixture.see(topology, {}); break;
            default: fixture.update(topology, {}, {}, keys);
            }
            fixture.pass(std::chrono::milliseconds{1 + random.below(30'000)});
            for (auto &call : fixture.calls()) parted.push_back(std::move(call));
            if (fixture.now - begin >= 590'000'000'000U) break;
            BOOST_REQUIRE_EQUAL(parted.size(), 0U);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
