// SPDX-License-Identifier: MIT
//
// A small strategy in the simulated world: it polls, survives every failure of every call, and ends when it should.
#define BOOST_TEST_MODULE sdk_hello
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <boost/test/unit_test.hpp>

extern "C" const kith_entry kith_plugin_entry_strategy_hello;
extern "C" const kith_entry kith_plugin_entry_strategy_hello_c;

using namespace std::chrono_literals;
using namespace kith::testkit;

namespace {

struct World {
    explicit World(SimNet &n) : net(n) {}
    SimNet &net;
    SimulatedMachine &here = net.machine("here", {"10.0.0.7"});
    SimulatedMachine &there = net.machine("registry", {"10.0.0.1"});
    ScriptedServer server{there, 4711};
    PluginHarness harness{here, kith_plugin_entry_strategy_hello, "hello", R"({"server": "registry"})"};
};

struct Universe {
    SimNet net_of_its_own;
};

struct Fixture : Universe, World {
    Fixture() : World(net_of_its_own) {}
    ~Fixture() {
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(it_queries_at_start_and_once_an_interval, Fixture) {
    server.script().send("a@10.0.0.8\nb@10.0.0.9\n").close();
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(harness.await_observation());
    BOOST_REQUIRE(harness.peers().size() == 2u);
    BOOST_TEST(harness.peers()[1].name == "b@10.0.0.9");
    harness.run_for(1min);
    BOOST_TEST(server.accepted() >= 11u);
    BOOST_TEST(server.accepted() <= 13u);
}

BOOST_FIXTURE_TEST_CASE(a_refresh_queries_at_once, Fixture) {
    server.script().send("a@10.0.0.8\n").close();
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(harness.await_observation());
    harness.refresh();
    BOOST_TEST(harness.await_observation(1s));
}

BOOST_FIXTURE_TEST_CASE(a_failed_query_is_not_an_empty_answer, Fixture) {
    server.script().send("a@10.0.0.8\n").close();
    server.script().vanish();
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(harness.await_observation());
    BOOST_REQUIRE(harness.await_observation());
    BOOST_TEST((harness.observations().back().kind == Observation::Kind::failed));
    BOOST_TEST(harness.observations().back().status == KITH_TIMED_OUT);
    BOOST_TEST(harness.peers().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(stop_succeeds_at_any_moment, Fixture) {
    server.script().wait(3s).send("a@10.0.0.8\n").wait(3s).close();
    for (auto moment = 0ms; moment < 8s; moment += 97ms) {
        BOOST_REQUIRE(harness.start() == KITH_OK);
        harness.run_for(moment);
        BOOST_REQUIRE(harness.stop());
        harness.destroy();
        BOOST_TEST(here.open_streams() == 0u);
    }
}

BOOST_FIXTURE_TEST_CASE(a_day_leaks_no_operation_and_no_stream, Fixture) {
    server.script().send("a@10.0.0.8\n").close();
    BOOST_REQUIRE(harness.start() == KITH_OK);
    harness.run_for(24h);
    BOOST_TEST(harness.outstanding() <= 2u);
    BOOST_TEST(here.open_streams() <= 1u);
    BOOST_TEST(!harness.failed());
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto failed = fail_each([](SimNet &net) {
        World world(net);
        world.server.script().send("a@10.0.0.8\n").close();
        // A host that cannot keep a timer fails the instance; it is started anew.
        if (world.harness.start() == KITH_OK) world.harness.run_for(12s);
        BOOST_TEST((!world.harness.running() || world.harness.stop()));
        BOOST_TEST(world.harness.violations().empty(),
                   net.fault() << ": " << (world.harness.violations().empty() ? "" : world.harness.violations()[0]));
        for (const auto &seen : world.harness.observations()) {
            BOOST_TEST((seen.kind != Observation::Kind::replace || !seen.peers.empty()), net.fault()
                                                                                             << " became an empty answer");
        }
    });
    BOOST_TEST(failed >= 8u);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace) {
    const auto trace = [](std::uint64_t seed) {
        SimNet net(seed);
        World world(net);
        world.server.script().send("a@10.0.0.8\n").close();
        BOOST_REQUIRE(world.harness.start() == KITH_OK);
        world.harness.run_for(1min);
        return net.trace_hash();
    };
    BOOST_TEST(trace(7) == trace(7));
    BOOST_TEST(trace(7) != trace(8));
}

BOOST_AUTO_TEST_CASE(the_plugin_in_c_runs) {
    SimNet net;
    PluginHarness harness{net.machine("here", {"10.0.0.7"}), kith_plugin_entry_strategy_hello_c};
    BOOST_REQUIRE(harness.start() == KITH_OK);
    harness.refresh();
    BOOST_TEST(harness.observations().size() == 2u);
    BOOST_TEST(harness.stop());
    BOOST_TEST(harness.violations().empty());
}
