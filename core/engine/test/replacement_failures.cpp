// SPDX-License-Identifier: MIT
//
// A new version of a plugin's file that does not work: the one in use goes on, or comes back.
#include "replacing_kith.hpp"

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(replacement_goes_back)

namespace {

struct Refused : ReplacingKith {
    std::uint64_t before = 0;

    void begin() {
        ReplacingKith::begin();
        before = seq();
    }
    // The former ones go on, undisturbed, and the reason is in the outcome and in an event.
    void went_back(std::string_view why) {
        run(1s);
        BOOST_REQUIRE(outcome.has_value());
        BOOST_TEST(contains(outcome->failure, why), outcome->failure);
        const auto refusals = reasons(KITH_EVENT_PLUGIN_REFUSED);
        BOOST_REQUIRE(refusals.size() == 1u);
        BOOST_TEST(contains(refusals[0], "puppets: the new version is not taken into use, and the former one goes on: "));
        BOOST_TEST(contains(refusals[0], why), refusals[0]);
        for (const auto kind : {KITH_EVENT_PLUGIN_REPLACED, KITH_EVENT_PLUGIN_CRASHED, KITH_EVENT_PLUGIN_FAILED})
            BOOST_TEST(count(kind) == 0u);
        undisturbed(before);
        BOOST_TEST(version(KITH_KIND_STRATEGY) == "1.0.0");
        for (const char *name : {"topologies.t.s", "connectors.c", "sinks.k"}) {
            BOOST_TEST(scripts[name].instances.size() == 1u, name);
            BOOST_TEST(scripts[name].log.find("stop stop") == std::string::npos, name);
        }
        epoch = 1; // of the former connector
        oldest(strategy()).replace({"a@x", "b@x", "c@x"});
        go_on(1s);
        BOOST_TEST(engine->topology("t")->linked() == 3u);
        BOOST_TEST(contains(seen.back() + seen[seen.size() - 2], "c@x"));
        stop();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(when_create_refuses) {
    Refused kith;
    kith.begin();
    kith.strategy().create = [](const kith_host *host) {
        host->error(host, text("no such option"));
        return KITH_INVALID;
    };
    kith.replace(kith.newer());
    kith.went_back("topologies.t.s: refused");
}

BOOST_AUTO_TEST_CASE(when_start_fails) {
    Refused kith;
    kith.begin();
    kith.connector().start = [](ScriptedPlugin &p) {
        p.host->error(p.host, text("the port is taken"));
        return KITH_EXISTS;
    };
    kith.replace(kith.newer());
    kith.went_back("connectors.c: the port is taken");
}

BOOST_AUTO_TEST_CASE(when_one_crashes) {
    Refused kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.isolator.crash(Kith::strategy_name);
    kith.went_back("topologies.t.s: killed by signal 11");
}

BOOST_AUTO_TEST_CASE(when_one_fails) {
    Refused kith;
    kith.begin();
    kith.sink().start = [](ScriptedPlugin &p) {
        p.host->failed(p.host, KITH_IO, text("no disk"));
        return KITH_OK;
    };
    kith.replace(kith.newer());
    kith.went_back("sinks.k: no disk");
}

BOOST_AUTO_TEST_CASE(when_a_strategy_stays_mute) {
    Refused kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.run(9900ms);
    BOOST_TEST(!kith.outcome.has_value());
    kith.went_back("topologies.t.s: it has not looked within 10 s");
}

BOOST_AUTO_TEST_CASE(when_a_strategy_cannot_look) {
    Refused kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &p) {
        return p.discovery().failed(p.host, KITH_DENIED, text("403 from the source"));
    };
    kith.replace(kith.newer());
    kith.run(10s);
    kith.went_back("topologies.t.s: it has not looked: 403 from the source within 10 s");
}

BOOST_AUTO_TEST_CASE(when_a_connector_does_not_attach) {
    Refused kith;
    kith.begin();
    kith.connector().start = [](ScriptedPlugin &p) {
        return p.connector().detached(p.host, KITH_REFUSED, text("wrong cookie"));
    };
    kith.replace(kith.newer());
    kith.run(10s);
    kith.went_back("connectors.c: it has not attached: wrong cookie");
}

BOOST_AUTO_TEST_CASE(when_a_sink_does_not_subscribe) {
    Refused kith;
    kith.begin();
    kith.sink().start = {};
    kith.replace(kith.newer());
    kith.run(10s);
    kith.went_back("sinks.k: it has not subscribed");
}

BOOST_AUTO_TEST_CASE(when_it_needs_a_right_that_the_former_one_did_not_need) {
    Refused kith;
    kith.begin();
    kith.strategy().start = {};
    kith.replace(kith.newer());
    kith.isolator.instances.at(Kith::strategy_name)
        ->report_refused_right("an isolated plugin may not run programs such as /bin/x");
    kith.went_back("may not run programs");
}

BOOST_AUTO_TEST_CASE(when_it_reports_an_empty_set_that_it_cannot_have_seen) {
    Refused kith;
    kith.begin();
    kith.strategy().start = [](ScriptedPlugin &p) { return p.read_file("/forbidden"); };
    kith.strategy().file = [](ScriptedPlugin &p, std::int32_t) { p.replace({}); };
    kith.machine.fail_path("/forbidden", KITH_DENIED);
    kith.replace(kith.newer());
    kith.went_back("it reported an empty set that it cannot have seen");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(replacement_is_taken_back)

BOOST_AUTO_TEST_CASE(when_an_instance_crashes_within_10_s) {
    ReplacingKith kith;
    kith.begin();
    const Config before = kith.config;
    kith.replace(kith.newer(), [](Config &c) { c.topologies[0].sources[0].options = R"({"added":1})"; });
    kith.run(9s);
    BOOST_TEST(kith.outcome->failure == "");
    kith.isolator.crash(Kith::strategy_name);
    kith.run(1s);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_CRASHED) == 1u);
    BOOST_TEST(contains(kith.reasons(KITH_EVENT_PLUGIN_REFUSED).at(0),
                        "puppets: the new version failed within 10 s, and the former one comes back: topologies.t.s: "));
    BOOST_TEST(contains(kith.reasons(KITH_EVENT_PLUGIN_REPLACED).at(1), "puppet 1.1.0 -> 1.0.0"));
    BOOST_TEST(kith.version(KITH_KIND_SINK) == "1.0.0");
    BOOST_REQUIRE(kith.came_back != nullptr);
    BOOST_TEST((*kith.came_back == before));
    BOOST_TEST(kith.isolator.instances.at(Kith::strategy_name)->options().json() == "{}");
    for (const char *name : {"topologies.t.s", "connectors.c", "sinks.k"})
        BOOST_TEST(scripts[name].instances.size() == 1u, name);
    BOOST_TEST(!kith.engine->topology("t")->stale());
    BOOST_TEST(kith.engine->topology("t")->linked() == 2u);
    BOOST_TEST(kith.count(KITH_EVENT_LINK_DOWN) == 0u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_LOST) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(not_after_10_s) {
    ReplacingKith kith;
    kith.begin();
    kith.replace(kith.newer());
    kith.run(10s + 1ms);
    kith.isolator.crash(Kith::strategy_name);
    kith.run(10s);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_REFUSED) == 0u);
    BOOST_TEST(kith.version(KITH_KIND_STRATEGY) == "1.1.0");
    BOOST_TEST(kith.came_back == nullptr);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(unless_the_former_one_does_not_work_either) {
    ReplacingKith kith;
    kith.begin();
    kith.replace(kith.newer());
    kith.run(1s);
    kith.strategy().start = {};
    kith.isolator.crash(Kith::strategy_name);
    kith.run(12s);
    BOOST_TEST(contains(kith.reasons(KITH_EVENT_PLUGIN_REFUSED).at(1),
                        "the former version does not come back, and the new one goes on: "));
    BOOST_TEST(kith.version(KITH_KIND_STRATEGY) == "1.1.0");
    BOOST_TEST(kith.came_back == nullptr);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_reload_in_these_10_s_ends_the_trial) {
    ReplacingKith kith;
    kith.begin();
    kith.replace(kith.newer());
    kith.run(1s);
    BOOST_TEST(kith.reload([](Config &c) { c.topologies[0].policy.min_peers = 2; }));
    kith.isolator.crash(Kith::strategy_name);
    kith.run(1s);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_REFUSED) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()
