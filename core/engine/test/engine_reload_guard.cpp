// SPDX-License-Identifier: MIT
//
// A reload is no removal: it neither removes peers nor makes the guard hold them, and it does not weaken the guard.
#include "reloading_kith.hpp"

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::string>;

// With the guard, which is on by default; what passes it is disconnected.
struct GuardedKith : ReloadingKith {
    Names found{"a@x", "b@x", "c@x", "d@x"};

    GuardedKith() {
        Policy policy;
        policy.prune = Prune::disconnect;
        config.topologies.front().policy = policy;
        for (const char *name : {"topologies.t.s", "topologies.t.x"}) {
            scripts[name].start = [this](ScriptedPlugin &p) { return p.replace(found); };
        }
    }
    // The strategy reports these peers now and every 30 s.
    void find(const Names &names, std::chrono::seconds span) {
        found = names;
        for (auto passed = 0s; passed < span; passed += 30s) {
            BOOST_TEST(strategy().now->replace(found) == KITH_OK);
            go_on(30s);
        }
    }
    void change_options(int number) {
        reload([number](Config &c) { c.topologies[0].sources[0].options = "{\"more\":" + std::to_string(number) + "}"; });
        go_on(1s);
        BOOST_TEST(verdict.value() == "");
    }
    std::size_t guarded() const { return engine->topology("t")->guarded(); }
    std::size_t lost() const { return count(KITH_EVENT_PEER_LOST); }
    bool nothing_removed() const { return count(KITH_EVENT_PEER_MISSING) + count(KITH_EVENT_PEER_HELD) + lost() == 0; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(engine_reload_guard)

BOOST_AUTO_TEST_CASE(a_strategy_that_starts_anew_removes_nothing_and_makes_the_guard_hold_nothing) {
    GuardedKith kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &) { return KITH_OK; }; // it reports later
    for (int i = 0; i < 5; ++i) {
        kith.change_options(i);
        kith.go_on(90s); // longer than grace
        BOOST_TEST(kith.nothing_removed());
        BOOST_TEST(kith.guarded() == 0u);
        kith.find(kith.found, 90s);
    }
    BOOST_TEST(kith.nothing_removed());
    BOOST_TEST(kith.guarded() == 0u);
    BOOST_TEST(!kith.was_parted());
    BOOST_TEST(kith.engine->topology("t")->linked() == 4u);
    kith.find({"a@x", "b@x", "c@x"}, 150s); // a real removal is not held because of the reloads
    BOOST_TEST(kith.lost() == 1u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_HELD) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(what_the_new_instance_does_not_find_is_under_the_guard) {
    GuardedKith kith;
    kith.begin();
    kith.change_options(1);
    kith.find({}, 300s);
    BOOST_TEST(kith.guarded() == 4u);
    BOOST_TEST(kith.lost() == 0u);
    BOOST_TEST(!kith.was_parted());
    kith.change_options(2); // what is held is held on, and is not counted again
    kith.find({}, 90s);
    BOOST_TEST(kith.guarded() == 4u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_HELD) == 4u);
    BOOST_TEST(!kith.was_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_topology_that_is_built_anew_removes_nothing_and_makes_the_guard_hold_nothing) {
    GuardedKith kith;
    kith.begin();
    kith.reload([](Config &c) { c.topologies[0].sources.push_back({"x", "puppet", "{}", true}); });
    kith.go_on(300s);
    BOOST_TEST(kith.verdict.value() == "");
    kith.find(kith.found, 300s);
    BOOST_TEST(kith.nothing_removed());
    BOOST_TEST(kith.guarded() == 0u);
    BOOST_TEST(!kith.was_parted());
    BOOST_TEST(kith.engine->topology("t")->linked() == 4u);
    kith.reload([](Config &c) { c.topologies[0].sources.pop_back(); });
    kith.go_on(1s);
    kith.find(kith.found, 300s);
    BOOST_TEST(kith.nothing_removed());
    BOOST_TEST(!kith.was_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(peers_that_a_new_filter_excludes_pass_the_guard_and_count_for_no_later_removal) {
    GuardedKith kith;
    kith.found = {"a@x", "b@x", "c@x", "d@x", "e@x", "f@x"};
    kith.begin();
    kith.reload([](Config &c) { c.topologies[0].policy.exclude = {"c@*", "d@*", "e@*", "f@*"}; });
    kith.go_on(300s);
    BOOST_TEST(kith.engine->topology("t")->size() == 2u);
    BOOST_TEST(kith.guarded() == 0u);
    BOOST_TEST(!kith.was_parted());
    kith.find({"a@x", "c@x", "d@x", "e@x", "f@x"}, 150s); // one of the two that count, and not five of six
    BOOST_TEST(kith.engine->topology("t")->size() == 1u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_HELD) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_policy_that_excludes_nobody_does_not_weaken_the_guard) {
    GuardedKith kith;
    kith.begin();
    kith.find({"c@x", "d@x"}, 150s); // half may go
    BOOST_TEST(kith.lost() == 2u);
    kith.reload([](Config &c) { c.topologies[0].policy.min_peers = 1; });
    kith.go_on(1s);
    kith.find({"d@x"}, 150s); // with it three of the four of the last 10 minutes
    BOOST_TEST(kith.guarded() == 1u);
    BOOST_TEST(kith.lost() == 2u);
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()
