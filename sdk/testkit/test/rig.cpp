// SPDX-License-Identifier: MIT
#include "../../../tests/intentional_leak.hpp"

#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/fail_service.hpp>
#include <kith/testkit/peer.hpp>
#include <kith/testkit/rig.hpp>

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
    Machine &here = net.machine("here", {"10.0.0.1"});
    Machine &there = net.machine("registry.example", {"10.0.0.2"});
    Peer registry{there, 80};

    bool broke(const Rig &rig, std::string_view rule) {
        for (const auto &text : rig.violations()) {
            if (text.find(rule) != std::string::npos) return true;
        }
        BOOST_TEST_MESSAGE("violations: " << rig.violations().size());
        for (const auto &text : rig.violations()) BOOST_TEST_MESSAGE(text);
        return false;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rig_, RigFixture)

BOOST_AUTO_TEST_CASE(an_empty_set_in_place_of_a_failure_is_a_violation) {
    net.partition(here, there, Route::unreachable);
    Rig rig(here, kith_plugin_entry_probe, "probe", breaking("reports empty"));
    rig.start();
    BOOST_TEST(rig.await_observation());
    BOOST_TEST(broke(rig, "E3: discovery.replace with an empty set, though its only operation did not end well: tcp.connect"));
}

BOOST_AUTO_TEST_CASE(an_empty_set_after_an_answer_is_none) {
    registry.script().send("a@h").close();
    Rig rig(here, kith_plugin_entry_probe, "probe", breaking("reports empty"));
    rig.start();
    BOOST_TEST(rig.await_observation());
    BOOST_TEST(rig.peers().size() == 1u);
    registry.on_accept([](Conversation &with) { with.close(); }); // the end of a stream, which is no failure
    BOOST_TEST(rig.await_observation());
    BOOST_TEST(rig.peers().empty());
    rig.stop();
    BOOST_TEST(rig.violations().empty());
}

BOOST_AUTO_TEST_CASE(operations_of_a_service_fail_until_they_are_let_work) {
    registry.on_accept([](Conversation &with) {
        with.send("a@h");
        with.close();
    });
    Rig rig(here, kith_plugin_entry_probe, "probe", options);
    fail_service(here, "tcp.read", KITH_RESET);
    rig.start();
    BOOST_TEST(rig.await_observation());
    BOOST_TEST(rig.observations().back().status == KITH_RESET);
    fail_service(here, "tcp", KITH_UNREACHABLE); // that of the function goes before
    BOOST_TEST(rig.await_observation());
    BOOST_TEST(rig.observations().back().status == KITH_UNREACHABLE);
    fail_service(here, "tcp", KITH_OK);
    fail_service(here, "tcp.read", KITH_OK);
    BOOST_TEST(rig.await_observation());
    BOOST_TEST(rig.peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_strategy_looks_says_and_stops) {
    registry.script().send("a@h\nb@h").close();
    Rig rig(here, kith_plugin_entry_probe, "probe", options);
    BOOST_TEST(rig.start() == KITH_OK);
    BOOST_TEST(rig.observations().empty());
    BOOST_TEST(rig.await_observation());
    BOOST_REQUIRE(rig.peers().size() == 2u);
    BOOST_TEST(rig.peers()[1].name == "b@h");
    const auto first = rig.observations().back().at;
    BOOST_TEST(rig.await_observation());
    // The default of the schema was filled in.
    BOOST_TEST((rig.observations().back().at - first > 4900ms && rig.observations().back().at - first < 5100ms));
    BOOST_REQUIRE(rig.metrics().size() == 1u);
    BOOST_TEST(rig.metrics()[0].value == 2.0);
    rig.refresh();
    BOOST_TEST(rig.logged("looking now"));
    BOOST_TEST(rig.stop());
    BOOST_TEST(rig.outstanding() == 0u);
    rig.destroy();
    BOOST_TEST(rig.violations().empty());
    BOOST_TEST(rig.start() == KITH_OK);
    BOOST_TEST(rig.await_observation());
}

BOOST_AUTO_TEST_CASE(a_failure_to_look_is_no_answer) {
    Rig rig(here, kith_plugin_entry_probe, "probe", options);
    there.vanish();
    rig.start();
    BOOST_TEST(rig.await_observation());
    BOOST_TEST((rig.observations().back().kind == Observation::Kind::failed));
    BOOST_TEST(rig.observations().back().status == KITH_TIMED_OUT);
    BOOST_TEST(rig.peers().empty());
    BOOST_TEST(rig.violations().empty());
}

BOOST_AUTO_TEST_CASE(a_failing_create_and_a_missing_service) {
    Rig rig(here, kith_plugin_entry_probe, "probe", "{}");
    BOOST_TEST(rig.start() == KITH_INVALID);
    BOOST_TEST(rig.error() == "options host and port are needed");
    BOOST_TEST(rig.violations().empty());
    Rig later(here, kith_plugin_entry_probe, "futuristic");
    BOOST_TEST(later.start() == KITH_UNSUPPORTED);
    BOOST_TEST(later.error().find("kith.teleport/1") != std::string::npos);
    BOOST_CHECK_THROW(Rig(here, kith_plugin_entry_probe, "nothing"), std::invalid_argument);
    BOOST_CHECK_THROW(Rig(here, kith_plugin_entry_probe, "probe", "{"), std::invalid_argument);
    BOOST_CHECK_THROW(Rig(here, "/nowhere/libnothing.so"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_same_plugin_as_a_library) {
    registry.script().send("a@h").close();
    Rig rig(here, PROBE_LIBRARY, "probe", options);
    BOOST_TEST(rig.start() == KITH_OK);
    BOOST_TEST(rig.await_observation());
    BOOST_TEST(rig.peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE(each_broken_rule_of_life_is_seen) {
    const auto violates = [&](std::string_view rule, std::string_view text) {
        Rig rig(here, kith_plugin_entry_probe, "probe", breaking(rule));
        rig.start();
        net.run_for(7s); // within its sleep: the first look has failed or ended
        rig.stop();
        BOOST_TEST(broke(rig, text), rule << ": expected a violation with \"" << text << '"');
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
    Rig silent(here, kith_plugin_entry_probe, "probe", R"({"break": "fails silently"})");
    silent.start();
    BOOST_TEST(broke(silent, "E1: create failed"));
}

BOOST_AUTO_TEST_CASE(a_connector_is_asked_and_says_done) {
    Rig rig(here, kith_plugin_entry_probe, "joiner");
    BOOST_TEST(rig.start() == KITH_OK);
    BOOST_TEST(rig.attached());
    BOOST_TEST(rig.attached_node() == "me@here");
    const auto op = rig.connect({"k", "a@h", {}, {}});
    BOOST_TEST(op != 0u);
    BOOST_TEST(rig.connect({"k", "b@h", {}, {}}) == 0u);
    BOOST_TEST(rig.refused() == KITH_BUSY);
    BOOST_TEST(rig.error() == "one at a time");
    const Report *done = rig.await_done(op);
    BOOST_REQUIRE(done != nullptr);
    BOOST_TEST(done->status == KITH_OK);
    BOOST_REQUIRE(rig.links().size() == 1u);
    BOOST_TEST(rig.links()[0] == "a@h");
    const auto other = rig.connect({"k", "b@h", {}, {}});
    rig.cancel(other);
    BOOST_TEST(rig.await_done(other)->status == KITH_CANCELLED);
    const auto last = rig.connect({"k", "c@h", {}, {}});
    BOOST_TEST(rig.stop());
    BOOST_TEST(rig.await_done(last)->status == KITH_CANCELLED);
    BOOST_TEST(rig.violations().empty());
}

BOOST_AUTO_TEST_CASE(each_broken_rule_of_connectors_is_seen) {
    const auto violates = [&](std::string_view rule, std::string_view text) {
        Rig rig(here, kith_plugin_entry_probe, "joiner", breaking(rule));
        rig.start();
        rig.connect({"k", "a@h", {}, {}});
        rig.connect({"k", "b@h", {}, {}});
        net.run_for(2s);
        rig.stop();
        BOOST_TEST(broke(rig, text), rule << ": expected a violation with \"" << text << '"');
    };
    violates("done twice", "said twice");
    violates("done inside", "inside the call");
    violates("same epoch", "must grow");
    violates("no links", "before the links");
    violates("refuses silently", "without a text");
}

BOOST_AUTO_TEST_CASE(a_sink_has_one_batch_at_a_time_of_what_it_asked_for) {
    Rig rig(here, kith_plugin_entry_probe, "listener");
    rig.event(KITH_EVENT_LINK_UP, "too early");
    rig.run_for(1s);
    BOOST_TEST(rig.start() == KITH_OK);
    BOOST_TEST(rig.mask() == (1u << KITH_EVENT_LINK_UP | 1u << KITH_EVENT_LINK_DOWN));
    rig.event(KITH_EVENT_LINK_UP, "first");
    rig.event(KITH_EVENT_PEER_LOST, "not asked for");
    rig.run_for(500ms);
    rig.event(KITH_EVENT_LINK_DOWN, "second");
    rig.event(KITH_EVENT_LINK_UP, "third");
    BOOST_TEST(rig.log().size() == 1u);
    BOOST_TEST(rig.events_waiting() == 2u);
    rig.run_for(600ms);
    BOOST_REQUIRE(rig.log().size() == 3u);
    BOOST_TEST(rig.log()[0].message == "first");
    BOOST_TEST(rig.log()[2].message == "third");
    BOOST_TEST(rig.stop());
    BOOST_TEST(rig.violations().empty());
}

BOOST_AUTO_TEST_CASE(a_strategy_hears_the_nodes_name) {
    Rig rig(here, kith_plugin_entry_probe, "probe", options);
    rig.node("before@h");
    rig.start();
    rig.node("app@h");
    BOOST_REQUIRE(rig.log().size() == 1u);
    BOOST_REQUIRE(rig.log()[0].fields.size() == 1u);
    BOOST_TEST(rig.log()[0].fields[0].second == "app@h");
}

BOOST_AUTO_TEST_CASE(a_plugin_gets_only_the_services_it_declares) {
    Rig rig(here, kith_plugin_entry_probe, "joiner"); // its create asks for kith.tcp/1, and fails when it gets it
    BOOST_TEST(rig.start() == KITH_OK, rig.error());
}

BOOST_AUTO_TEST_CASE(the_destructor_stops_in_the_middle_of_things) {
    registry.script().wait(1h);
    {
        Rig rig(here, kith_plugin_entry_probe, "probe", options);
        rig.start();
        net.run_for(1s);
        BOOST_TEST(here.open_streams() == 1u);
    }
    BOOST_TEST(here.open_streams() == 0u);
    net.run_for(2h);
}

BOOST_AUTO_TEST_CASE(each_service_call_may_fail) {
    std::uint64_t looked = 0;
    const auto failed = fail_each([&](SimNet &world) {
        Machine &near = world.machine("near", {"10.0.0.1"});
        Machine &far = world.machine("registry.example", {"10.0.0.2"});
        Peer server(far, 80);
        server.script().send("a@h\nb@h").close();
        Rig rig(near, kith_plugin_entry_probe, "probe", options);
        if (rig.start() == KITH_OK) {
            rig.run_for(20s);
            looked += rig.peers().size() == 2 ? 1 : 0;
            if (!rig.stop()) throw std::runtime_error("it did not stop");
        }
        for (const auto &text : rig.violations()) throw std::runtime_error(text);
    });
    // Four looks of define/connect/connected/read/.../replace/sleep.
    BOOST_TEST(failed > 15u);
    BOOST_TEST(looked + 3 > failed);
}

BOOST_AUTO_TEST_CASE(fail_each_tells_the_call_that_failed) {
    const auto fragile = [](SimNet &world) {
        Machine &near = world.machine("near", {"10.0.0.1"});
        Rig rig(near, kith_plugin_entry_probe, "probe", options);
        rig.start();
        rig.run_for(6s);
        if (rig.failed()) throw std::runtime_error("it gave up");
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
