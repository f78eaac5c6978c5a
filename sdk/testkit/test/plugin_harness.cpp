// SPDX-License-Identifier: MIT
#include "../../../tests/intentional_leak.hpp"

#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/fail_service.hpp>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <kith/service/log.h>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

extern "C" const kith_entry kith_plugin_entry_probe;

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view options = R"({"host": "registry.example", "port": 80})";

std::string breaking(std::string_view rule) {
    return R"({"host": "registry.example", "port": 80, "break": ")" + std::string(rule) + "\"}";
}

struct RigFixture {
    SimNet net{5};
    SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    SimulatedMachine &there = net.machine("registry.example", {"10.0.0.2"});
    ScriptedServer registry{there, 80};

    bool broke(const PluginHarness &harness, std::string_view rule) {
        for (const auto &text : harness.violations()) {
            if (text.find(rule) != std::string::npos) return true;
        }
        BOOST_TEST_MESSAGE("violations: " << harness.violations().size());
        for (const auto &text : harness.violations()) BOOST_TEST_MESSAGE(text);
        return false;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(plugin_harness, RigFixture)

BOOST_AUTO_TEST_CASE(an_empty_set_after_failed_operations_is_a_violation) {
    net.partition(here, there, Route::unreachable);
    PluginHarness harness(here, kith_plugin_entry_probe, "probe", breaking("reports empty"));
    harness.start();
    BOOST_TEST(harness.await_observation());
    BOOST_TEST(
        broke(harness, "E3: discovery.replace with an empty set, though its only operation did not end well: tcp.connect"));
}

BOOST_AUTO_TEST_CASE(an_empty_set_after_a_successful_operation_is_no_violation) {
    registry.script().send("a@h").close();
    PluginHarness harness(here, kith_plugin_entry_probe, "probe", breaking("reports empty"));
    harness.start();
    BOOST_TEST(harness.await_observation());
    BOOST_TEST(harness.peers().size() == 1u);
    registry.on_accept([](Conversation &with) { with.close(); }); // the end of a stream, which is no failure
    BOOST_TEST(harness.await_observation());
    BOOST_TEST(harness.peers().empty());
    harness.stop();
    BOOST_TEST(harness.violations().empty());
}

BOOST_AUTO_TEST_CASE(fail_service_applies_until_it_is_reset) {
    registry.on_accept([](Conversation &with) {
        with.send("a@h");
        with.close();
    });
    PluginHarness harness(here, kith_plugin_entry_probe, "probe", options);
    fail_service(here, "tcp.read", KITH_RESET);
    harness.start();
    BOOST_TEST(harness.await_observation());
    BOOST_TEST(harness.observations().back().status == KITH_RESET);
    fail_service(here, "tcp", KITH_UNREACHABLE); // that of the function goes before
    BOOST_TEST(harness.await_observation());
    BOOST_TEST(harness.observations().back().status == KITH_UNREACHABLE);
    fail_service(here, "tcp", KITH_OK);
    fail_service(here, "tcp.read", KITH_OK);
    BOOST_TEST(harness.await_observation());
    BOOST_TEST(harness.peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_strategy_observes_reports_and_stops) {
    registry.script().send("a@h\nb@h").close();
    PluginHarness harness(here, kith_plugin_entry_probe, "probe", options);
    BOOST_TEST(harness.start() == KITH_OK);
    BOOST_TEST(harness.observations().empty());
    BOOST_TEST(harness.await_observation());
    BOOST_REQUIRE(harness.peers().size() == 2u);
    BOOST_TEST(harness.peers()[1].name == "b@h");
    const auto first = harness.observations().back().at;
    BOOST_TEST(harness.await_observation());
    // The default of the schema was filled in.
    BOOST_TEST((harness.observations().back().at - first > 4900ms && harness.observations().back().at - first < 5100ms));
    BOOST_REQUIRE(harness.metrics().size() == 1u);
    BOOST_TEST(harness.metrics()[0].value == 2.0);
    harness.refresh();
    BOOST_TEST(harness.logged("looking now"));
    BOOST_TEST(harness.stop());
    BOOST_TEST(harness.outstanding() == 0u);
    harness.destroy();
    BOOST_TEST(harness.violations().empty());
    BOOST_TEST(harness.start() == KITH_OK);
    BOOST_TEST(harness.await_observation());
}

BOOST_AUTO_TEST_CASE(a_failed_observation_does_not_change_the_peers) {
    PluginHarness harness(here, kith_plugin_entry_probe, "probe", options);
    there.vanish();
    harness.start();
    BOOST_TEST(harness.await_observation());
    BOOST_TEST((harness.observations().back().kind == Observation::Kind::failed));
    BOOST_TEST(harness.observations().back().status == KITH_TIMED_OUT);
    BOOST_TEST(harness.peers().empty());
    BOOST_TEST(harness.violations().empty());
}

BOOST_AUTO_TEST_CASE(a_failing_create_and_a_missing_service) {
    PluginHarness harness(here, kith_plugin_entry_probe, "probe", "{}");
    BOOST_TEST(harness.start() == KITH_INVALID);
    BOOST_TEST(harness.error() == "options host and port are needed");
    BOOST_TEST(harness.violations().empty());
    PluginHarness later(here, kith_plugin_entry_probe, "futuristic");
    BOOST_TEST(later.start() == KITH_UNSUPPORTED);
    BOOST_TEST(later.error().find("kith.teleport/1") != std::string::npos);
    BOOST_CHECK_THROW(PluginHarness(here, kith_plugin_entry_probe, "nothing"), std::invalid_argument);
    BOOST_CHECK_THROW(PluginHarness(here, kith_plugin_entry_probe, "probe", "{"), std::invalid_argument);
    BOOST_CHECK_THROW(PluginHarness(here, "/nowhere/libnothing.so"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_same_plugin_as_a_library) {
    registry.script().send("a@h").close();
    PluginHarness harness(here, PROBE_LIBRARY, "probe", options);
    BOOST_TEST(harness.start() == KITH_OK);
    BOOST_TEST(harness.await_observation());
    BOOST_TEST(harness.peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE(each_broken_rule_of_start_and_stop_is_detected) {
    const auto violates = [&](std::string_view rule, std::string_view text) {
        PluginHarness harness(here, kith_plugin_entry_probe, "probe", breaking(rule));
        harness.start();
        net.run_for(7s); // within its sleep: the first look has failed or ended
        harness.stop();
        BOOST_TEST(broke(harness, text), rule << ": expected a violation with \"" << text << '"');
    };
    registry.script().send("a@h").close();
    violates("stops early", "operations are outstanding");
    {
        const kith::test::IntentionalLeak meant;
        violates("never stops", "within 5 s");
    }
    violates("stops twice", "host.stopped after host->stopped");
    violates("speaks after stopped", "discovery.heard after host->stopped");
    violates("stopped unasked", "before stop was asked");
    violates("begins in create", "timer.start before start");
    violates("bad peers", "discovery.replace was refused");
    violates("start fails silently", "E1: start failed");
    PluginHarness silent(here, kith_plugin_entry_probe, "probe", R"({"break": "fails silently"})");
    silent.start();
    BOOST_TEST(broke(silent, "E1: create failed"));
}

BOOST_AUTO_TEST_CASE(a_connector_completes_operations) {
    PluginHarness harness(here, kith_plugin_entry_probe, "joiner");
    BOOST_TEST(harness.start() == KITH_OK);
    BOOST_TEST(harness.attached());
    BOOST_TEST(harness.attached_node() == "me@here");
    const auto op = harness.connect({"k", "a@h", {}, {}});
    BOOST_TEST(op != 0u);
    BOOST_TEST(harness.connect({"k", "b@h", {}, {}}) == 0u);
    BOOST_TEST(harness.refused() == KITH_BUSY);
    BOOST_TEST(harness.error() == "one at a time");
    const Report *done = harness.await_done(op);
    BOOST_REQUIRE(done != nullptr);
    BOOST_TEST(done->status == KITH_OK);
    BOOST_REQUIRE(harness.links().size() == 1u);
    BOOST_TEST(harness.links()[0] == "a@h");
    const auto other = harness.connect({"k", "b@h", {}, {}});
    harness.cancel(other);
    BOOST_TEST(harness.await_done(other)->status == KITH_CANCELLED);
    const auto last = harness.connect({"k", "c@h", {}, {}});
    BOOST_TEST(harness.stop());
    BOOST_TEST(harness.await_done(last)->status == KITH_CANCELLED);
    BOOST_TEST(harness.violations().empty());
}

BOOST_AUTO_TEST_CASE(each_broken_rule_of_connectors_is_detected) {
    const auto violates = [&](std::string_view rule, std::string_view text) {
        PluginHarness harness(here, kith_plugin_entry_probe, "joiner", breaking(rule));
        harness.start();
        harness.connect({"k", "a@h", {}, {}});
        harness.connect({"k", "b@h", {}, {}});
        net.run_for(2s);
        harness.stop();
        BOOST_TEST(broke(harness, text), rule << ": expected a violation with \"" << text << '"');
    };
    violates("done twice", "said twice");
    violates("done inside", "inside the call");
    violates("same epoch", "must grow");
    violates("no links", "before the links");
    violates("refuses silently", "without a text");
}

BOOST_AUTO_TEST_CASE(a_sink_gets_subscribed_events_one_batch_at_a_time) {
    PluginHarness harness(here, kith_plugin_entry_probe, "listener");
    harness.event(KITH_EVENT_LINK_UP, "too early");
    harness.run_for(1s);
    BOOST_TEST(harness.start() == KITH_OK);
    BOOST_TEST(harness.mask() == (1u << KITH_EVENT_LINK_UP | 1u << KITH_EVENT_LINK_DOWN));
    harness.event(KITH_EVENT_LINK_UP, "first");
    harness.event(KITH_EVENT_PEER_LOST, "not asked for");
    harness.run_for(500ms);
    harness.event(KITH_EVENT_LINK_DOWN, "second");
    harness.event(KITH_EVENT_LINK_UP, "third");
    BOOST_TEST(harness.log().size() == 1u);
    BOOST_TEST(harness.events_waiting() == 2u);
    harness.run_for(600ms);
    BOOST_REQUIRE(harness.log().size() == 3u);
    BOOST_TEST(harness.log()[0].message == "first");
    BOOST_TEST(harness.log()[2].message == "third");
    BOOST_TEST(harness.stop());
    BOOST_TEST(harness.violations().empty());
}

BOOST_AUTO_TEST_CASE(a_strategy_gets_the_node_name) {
    PluginHarness harness(here, kith_plugin_entry_probe, "probe", options);
    harness.node("before@h");
    harness.start();
    harness.node("app@h");
    BOOST_REQUIRE(harness.log().size() == 1u);
    BOOST_REQUIRE(harness.log()[0].fields.size() == 1u);
    BOOST_TEST(harness.log()[0].fields[0].second == "app@h");
}

BOOST_AUTO_TEST_CASE(a_plugin_gets_only_the_services_it_declares) {
    PluginHarness harness(here, kith_plugin_entry_probe, "joiner"); // its create asks for kith.tcp/1, and fails when it gets it
    BOOST_TEST(harness.start() == KITH_OK, harness.error());
}

BOOST_AUTO_TEST_CASE(the_destructor_stops_a_running_plugin) {
    registry.script().wait(1h);
    {
        PluginHarness harness(here, kith_plugin_entry_probe, "probe", options);
        harness.start();
        net.run_for(1s);
        BOOST_TEST(here.open_streams() == 1u);
    }
    BOOST_TEST(here.open_streams() == 0u);
    net.run_for(2h);
}

BOOST_AUTO_TEST_CASE(each_service_call_may_fail) {
    std::uint64_t looked = 0;
    const auto failed = fail_each([&](SimNet &world) {
        SimulatedMachine &near = world.machine("near", {"10.0.0.1"});
        SimulatedMachine &far = world.machine("registry.example", {"10.0.0.2"});
        ScriptedServer server(far, 80);
        server.script().send("a@h\nb@h").close();
        PluginHarness harness(near, kith_plugin_entry_probe, "probe", options);
        if (harness.start() == KITH_OK) {
            harness.run_for(20s);
            looked += harness.peers().size() == 2 ? 1 : 0;
            if (!harness.stop()) throw std::runtime_error("it did not stop");
        }
        for (const auto &text : harness.violations()) throw std::runtime_error(text);
    });
    // Four looks of define/connect/connected/read/.../replace/sleep.
    BOOST_TEST(failed > 15u);
    BOOST_TEST(looked + 3 > failed);
}

BOOST_AUTO_TEST_CASE(fail_each_reports_the_failed_call) {
    const auto fragile = [](SimNet &world) {
        SimulatedMachine &near = world.machine("near", {"10.0.0.1"});
        PluginHarness harness(near, kith_plugin_entry_probe, "probe", options);
        harness.start();
        harness.run_for(6s);
        if (harness.failed()) throw std::runtime_error("it gave up");
    };
    try {
        fail_each(fragile, {KITH_LIMIT});
        BOOST_ERROR("nothing was found");
    } catch (const std::runtime_error &error) {
        BOOST_TEST(std::string(error.what()).find("timer.start, failing as limit: it gave up") != std::string::npos,
                   error.what());
    }
}

BOOST_AUTO_TEST_SUITE_END()
