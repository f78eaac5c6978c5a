// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_local_epmd
#include <epmd_names/test/simulated_epmd.hpp>

#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>

extern "C" const kith_entry kith_plugin_entry_strategy_local_epmd;

using namespace std::chrono_literals;
using epmd_names::test::SimulatedEpmd;
using kith::testkit::Observation;
using kith::testkit::SimNet;
using Kind = Observation::Kind;

namespace {

struct Fixture {
    ~Fixture() {
        BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
        BOOST_TEST(here.open_streams() == 0u);
    }

    void start(std::string_view node = "app@10.0.0.7") {
        harness.node(node);
        BOOST_REQUIRE(harness.start() == KITH_OK);
    }
    const Observation &next() {
        BOOST_REQUIRE(harness.await_observation());
        return harness.observations().back();
    }
    void fails(std::int32_t status, std::string_view text) {
        const Observation &seen = next();
        BOOST_REQUIRE((seen.kind == Kind::failed));
        BOOST_TEST(seen.status == status);
        BOOST_TEST(seen.text == text);
    }
    std::size_t count(Kind kind) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(harness.observations(), [kind](const auto &seen) { return seen.kind == kind; }));
    }

    // The machine's own name does not resolve, as on many hosts.
    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.7"});
    kith::testkit::PluginHarness harness{here, kith_plugin_entry_strategy_local_epmd, "local_epmd", "{}"};
};

struct WithEpmd : Fixture {
    SimulatedEpmd epmd{here, {{"app", 40000}, {"b", 40001}}, "127.0.0.1"};
};

constexpr const char *no_epmd =
    "the connection to EPMD on 127.0.0.1:4369 is refused, and to [::1]:4369, too: possibly no named node runs here (the first "
    "one starts EPMD), or option port (ERL_EPMD_PORT) is not its port";

} // namespace

BOOST_FIXTURE_TEST_CASE(names_of_epmd_are_completed_with_the_local_nodes_host_part, WithEpmd) {
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() < 1100ms)); // the first query is immediate
    BOOST_REQUIRE(harness.peers().size() == 2u);
    BOOST_TEST(harness.peers()[1].key == "b");
    BOOST_TEST(harness.peers()[1].name == "b@10.0.0.7");
    BOOST_TEST(harness.peers()[1].attribute("host") == "10.0.0.7");
    BOOST_TEST(harness.peers()[1].attribute("port") == "40001");
}

BOOST_FIXTURE_TEST_CASE(it_queries_every_five_seconds_with_jitter, WithEpmd) {
    start();
    harness.run_for(1000s);
    BOOST_TEST(epmd.asked() > 190u);
    BOOST_TEST(epmd.asked() < 210u);
    std::chrono::nanoseconds least = 1h, most{0}, before{0};
    for (const auto &seen : harness.observations()) {
        if (before.count() != 0) {
            least = std::min(least, seen.at - before);
            most = std::max(most, seen.at - before);
        }
        before = seen.at;
    }
    BOOST_TEST((least >= 4500ms && least < 4700ms));
    BOOST_TEST((most > 5300ms && most < 5600ms));
}

BOOST_FIXTURE_TEST_CASE(added_and_removed_nodes_are_reported, WithEpmd) {
    start();
    next();
    epmd.set_names({{"app", 40000}, {"c", 40002}});
    next();
    BOOST_REQUIRE(harness.peers().size() == 2u);
    BOOST_TEST(harness.peers()[1].name == "c@10.0.0.7");
    epmd.set_names({});
    BOOST_TEST((next().kind == Kind::replace)); // an EPMD without nodes has answered
    BOOST_TEST(harness.peers().empty());
}

BOOST_FIXTURE_TEST_CASE(a_refresh_queries_at_once, WithEpmd) {
    start();
    next();
    const auto before = net.now();
    harness.refresh();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() - before < 100ms));
}

BOOST_FIXTURE_TEST_CASE(a_local_node_known_a_second_later_causes_no_failure, WithEpmd) {
    start("");
    harness.run_for(1s);
    BOOST_TEST(harness.observations().empty()); // it attaches soon: no failure is reported
    harness.node("app@10.0.0.7");
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() < 2100ms));
}

BOOST_FIXTURE_TEST_CASE(a_missing_local_node_is_reported_after_two_seconds_and_on_refresh, WithEpmd) {
    start("");
    const std::string_view text = "the local node's name is not known yet, and EPMD does not report the part after the @: the "
                                  "connector has not reported a node; with its option node the name is known from the start";
    fails(KITH_UNAVAILABLE, text);
    BOOST_TEST((net.now() < 3100ms));
    harness.refresh();
    fails(KITH_UNAVAILABLE, text);
    harness.node("app@10.0.0.7");
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(a_renamed_local_node_renames_the_peers_and_keeps_their_keys, WithEpmd) {
    start("app@old");
    next();
    const auto before = net.now();
    harness.node("app@new");
    next();
    BOOST_TEST((net.now() - before < 100ms));
    BOOST_REQUIRE(harness.peers().size() == 2u);
    BOOST_TEST(harness.peers()[1].key == "b");
    BOOST_TEST(harness.peers()[1].name == "b@new");
}

BOOST_FIXTURE_TEST_CASE(a_local_node_without_a_host_part_is_a_failure, WithEpmd) {
    start("app");
    fails(KITH_INVALID, "the local node is called app, expected name@host: EPMD does not report the part after the @, so the "
                        "names of the nodes cannot be built");
}

BOOST_FIXTURE_TEST_CASE(a_missing_epmd_is_a_failure, Fixture) {
    start();
    fails(KITH_REFUSED, no_epmd);
}

BOOST_FIXTURE_TEST_CASE(a_missing_epmd_keeps_the_last_set, WithEpmd) {
    start();
    next();
    epmd.end();
    harness.run_for(1h);
    BOOST_TEST(harness.peers().size() == 2u);
    BOOST_TEST(count(Kind::replace) == 1u);
    // The interval becomes half a minute: few requests, but not none.
    BOOST_TEST(count(Kind::failed) > 100u);
    BOOST_TEST(count(Kind::failed) < 150u);
}

BOOST_FIXTURE_TEST_CASE(an_epmd_that_starts_later_is_queried, Fixture) {
    start();
    fails(KITH_REFUSED, no_epmd);
    SimulatedEpmd late(here, {{"app", 40000}});
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() < 2200ms)); // a second after the first failure
}

BOOST_FIXTURE_TEST_CASE(an_epmd_on_the_ipv6_loopback_is_queried, Fixture) {
    SimulatedEpmd six(here, {{"app", 40000}}, "::1");
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(harness.peers().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_epmd_that_does_not_reply_times_out_after_three_seconds, WithEpmd) {
    epmd.stall(true);
    start();
    fails(KITH_TIMED_OUT, "the program on 127.0.0.1:4369 accepts connections but does not reply");
    BOOST_TEST((net.now() > 3900ms && net.now() < 4100ms));
}

BOOST_FIXTURE_TEST_CASE(an_epmd_that_replies_byte_by_byte_times_out_after_three_seconds, WithEpmd) {
    epmd.drip(1s);
    start();
    fails(KITH_TIMED_OUT, "the program on 127.0.0.1:4369 did not complete its reply in time");
    BOOST_TEST((net.now() > 3900ms && net.now() < 4100ms));
}

BOOST_FIXTURE_TEST_CASE(a_reply_after_two_and_a_half_seconds_is_accepted, WithEpmd) {
    epmd.delay(2500ms);
    start();
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(a_reset_connection_is_a_failure, WithEpmd) {
    epmd.reset(true);
    start();
    BOOST_TEST((next().kind == Kind::failed));
    BOOST_TEST(harness.peers().empty());
}

BOOST_FIXTURE_TEST_CASE(a_malformed_reply_is_reported_with_an_excerpt, WithEpmd) {
    start();
    next();
    epmd.set_reply(std::string("\0\0\x11\x11name app at port 40000\nhello\n", 33));
    fails(KITH_PROTOCOL, "the program on 127.0.0.1:4369 does not reply as an EPMD does: line 2 of its reply is \"hello\", "
                         "expected `name NAME at port PORT`");
    BOOST_TEST(harness.peers().size() == 2u);
    epmd.set_reply("SSH-2.0-OpenSSH_9.2\r\n");
    fails(KITH_PROTOCOL, "the program on 127.0.0.1:4369 does not reply as an EPMD does: its reply begins with "
                         "\"SSH-2.0-OpenSSH_9.2\\x0d\\x0a\", expected four bytes with EPMD's port");
}

BOOST_FIXTURE_TEST_CASE(an_oversized_reply_is_refused_before_it_is_complete, WithEpmd) {
    epmd.set_reply(std::string(8 << 20, 'x'));
    start();
    fails(KITH_LIMIT, "the program on 127.0.0.1:4369 does not reply as an EPMD does: its reply is longer than 262144 bytes");
}

BOOST_FIXTURE_TEST_CASE(five_thousand_nodes_are_reported, WithEpmd) {
    SimulatedEpmd::Names names;
    for (int i = 0; i < 5'000; ++i) names.emplace_back("node-" + std::to_string(i), 1024 + i);
    epmd.set_names(names);
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(harness.peers().size() == 5'000u);
}

BOOST_FIXTURE_TEST_CASE(tools_and_invalid_names_are_left_out_with_a_reason, WithEpmd) {
    epmd.set_names({{"rem-1-app", 1}, {"a b", 2}, {"app", 3}});
    start();
    next();
    BOOST_REQUIRE(harness.observations().size() == 3u);
    BOOST_TEST((harness.observations()[0].kind == Kind::left_out));
    BOOST_TEST(harness.observations()[0].text == "it has the name of a remote shell");
    BOOST_TEST(harness.observations()[1].text == "it is not a valid node name");
    BOOST_TEST(harness.peers().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(stop_succeeds_at_once_during_a_query, WithEpmd) {
    epmd.stall(true);
    start();
    harness.run_for(100ms);
    const auto before = net.now();
    BOOST_TEST(harness.stop());
    BOOST_TEST((net.now() - before < 10ms));
    harness.destroy();
    epmd.stall(false);
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_AUTO_TEST_CASE(the_port_is_the_option_or_that_of_the_environment) {
    for (const auto &[options, variable, port] :
         {std::tuple{R"({"port": 5000})", "6000", 5000}, std::tuple{"{}", "6000", 6000}, std::tuple{"{}", "", 4369}}) {
        SimNet net;
        auto &here = net.machine("here", {});
        here.env("ERL_EPMD_PORT", variable);
        SimulatedEpmd epmd(here, {{"app", 1}}, {}, static_cast<std::uint16_t>(port));
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_local_epmd, "local_epmd", options);
        harness.node("app@h");
        BOOST_REQUIRE(harness.start() == KITH_OK);
        BOOST_REQUIRE(harness.await_observation());
        BOOST_TEST(harness.peers().size() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(an_invalid_port_in_the_environment_is_refused_with_a_reason) {
    SimNet net;
    auto &here = net.machine("here", {});
    here.env("ERL_EPMD_PORT", "4369x");
    kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_local_epmd, "local_epmd", "{}");
    BOOST_TEST(harness.start() == KITH_INVALID);
    BOOST_TEST(harness.error() == "ERL_EPMD_PORT is \"4369x\": expected a port, 1 to 65535");
}

BOOST_AUTO_TEST_CASE(its_observations_are_not_authenticated) {
    const auto &d = *kith_plugin_entry_strategy_local_epmd.descriptors[0];
    BOOST_TEST((d.flags & KITH_FLAG_AUTHENTICATED) == 0u);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace_of_a_day) {
    const auto day = [] {
        SimNet net(7);
        auto &here = net.machine("here", {});
        SimulatedEpmd epmd(here, {{"app", 1}});
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_local_epmd, "local_epmd", "{}");
        harness.node("app@h");
        harness.start();
        harness.run_for(24h);
        BOOST_TEST(harness.outstanding() == 1u);
        harness.stop();
        return net.trace_hash();
    };
    BOOST_TEST(day() == day());
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto failed = kith::testkit::fail_each([](SimNet &net) {
        auto &here = net.machine("here", {});
        SimulatedEpmd epmd(here, {{"app", 1}, {"b", 2}});
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_local_epmd, "local_epmd", "{}");
        harness.node("app@h");
        if (harness.start() == KITH_OK) {
            if (!harness.run_until([&] { return harness.peers().size() == 2 || harness.failed(); }, 2min))
                throw std::runtime_error("it does not find them");
            harness.run_for(12s);
            if (harness.peers().size() == 1) throw std::runtime_error("one was lost");
            if (!harness.stop()) throw std::runtime_error("it does not stop");
        }
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
        if (here.open_streams() != 0) throw std::runtime_error("a stream is left open");
    });
    BOOST_TEST(failed > 10u);
}
