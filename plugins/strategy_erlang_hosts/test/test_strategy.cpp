// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_erlang_hosts
#include "strategy_fixture.hpp"

using namespace erlang_hosts_test;

BOOST_FIXTURE_TEST_SUITE(strategy, StrategyFixture)

BOOST_AUTO_TEST_CASE(the_first_report_contains_the_nodes_of_all_hosts) {
    start(both);
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() < 1100ms));
    BOOST_TEST(keys() == everybody);
    BOOST_TEST(harness.peers()[0].name == "a@one.example");
    BOOST_TEST(harness.peers()[0].attribute("host") == "one.example");
    BOOST_TEST(harness.peers()[0].attribute("port") == "40000");
}

BOOST_AUTO_TEST_CASE(it_queries_every_five_seconds_with_jitter) {
    start(both);
    harness.run_for(1000s);
    BOOST_TEST(at_one.asked() > 190u);
    BOOST_TEST(at_one.asked() < 210u);
    BOOST_TEST(at_two.asked() == at_one.asked());
    BOOST_TEST(count(Kind::replace) == at_one.asked());
}

BOOST_AUTO_TEST_CASE(added_and_removed_nodes_are_reported) {
    start(both);
    await(everybody);
    at_one.set_names({{"b", 40001}, {"c", 40002}});
    await({"a@two.example", "b@one.example", "c@one.example"});
    at_one.set_names({});
    at_two.set_names({});
    await({});
}

BOOST_AUTO_TEST_CASE(a_refresh_queries_at_once) {
    start(both);
    await(everybody);
    const auto before = net.now();
    harness.refresh();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() - before < 100ms));
}

// ---- hosts that cannot be queried ----

BOOST_AUTO_TEST_CASE(a_host_without_epmd_keeps_its_nodes_and_does_not_delay_the_others) {
    start(both);
    await(everybody);
    at_one.end();
    at_two.set_names({{"z", 1}});
    await({"a@one.example", "b@one.example", "z@two.example"}, 6s);
    harness.run_for(1h);
    BOOST_TEST(count(Kind::failed) == 0u);
    BOOST_TEST(harness.peers().size() == 3u);
    BOOST_TEST(harness.logged("hosts could not be queried"));
    BOOST_TEST(std::ranges::count_if(harness.log(), [](const auto &line) { return line.level >= KITH_LOG_WARNING; }) == 1);
    const auto told = std::ranges::find(harness.observations(), Kind::left_out, &Observation::kind);
    BOOST_REQUIRE((told != harness.observations().end()));
    BOOST_TEST(told->items == 1u);
    BOOST_TEST(told->text == "hosts could not be queried, and their last known nodes are kept: the connection to EPMD on "
                             "one.example:4369 is refused");
}

BOOST_AUTO_TEST_CASE(an_unresponsive_host_delays_only_the_first_report_by_a_second) {
    at_one.stall(true);
    start(both);
    BOOST_REQUIRE(harness.run_until([&] { return count(Kind::replace) == 1; }, 10s));
    BOOST_TEST(keys() == (Keys{"a@two.example"}));
    BOOST_TEST((net.now() < 2100ms));
    at_two.set_names({{"z", 1}});
    harness.run_for(4s); // it is reported as not reachable by now
    harness.refresh();
    await({"z@two.example"}, 2s);
    at_one.stall(false);
    await({"a@one.example", "b@one.example", "z@two.example"}, 31s);
    BOOST_TEST(harness.logged("hosts could be queried again"));
}

BOOST_AUTO_TEST_CASE(a_host_name_that_does_not_resolve_is_reported) {
    start("'nowhere.example'. 'two.example'.");
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(keys() == (Keys{"a@two.example"}));
    BOOST_TEST(
        harness.observations()[0].text ==
        "hosts could not be queried, and their last known nodes are kept: the host name nowhere.example does not resolve");
}

BOOST_AUTO_TEST_CASE(a_malformed_reply_of_one_host_is_reported_and_does_not_affect_the_others) {
    at_one.set_reply("SSH-2.0-OpenSSH_9.2\r\n");
    start(both);
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(keys() == (Keys{"a@two.example"}));
    BOOST_TEST(harness.observations()[0].text.find(
                   "the program on one.example:4369 does not reply as an EPMD does: its reply begins with \"SSH-2.0") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_huge_reply_of_one_host_is_refused) {
    at_one.set_reply(std::string(8 << 20, 'x'));
    start(both);
    await({"a@two.example"});
    BOOST_TEST(harness.observations()[0].text.find("longer than 262144 bytes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_failure_of_every_host_is_reported_and_keeps_the_peers) {
    start(both);
    await(everybody);
    at_one.end();
    at_two.end();
    await_failure(KITH_REFUSED,
                  "none of the 2 hosts of the file could be queried: the connection to EPMD on one.example:4369 is "
                  "refused; the connection to EPMD on "
                  "two.example:4369 is refused");
    harness.run_for(10min);
    BOOST_TEST(keys() == everybody);
    BOOST_TEST((harness.observations().back().kind == Kind::failed));
    harness.refresh();
    BOOST_TEST((next().kind == Kind::failed));
}

BOOST_AUTO_TEST_CASE(a_network_partition_of_this_machine_keeps_the_peers) {
    start(both);
    await(everybody);
    net.partition(here, one);
    net.partition(here, two);
    harness.run_for(10min);
    BOOST_TEST((harness.observations().back().kind == Kind::failed));
    BOOST_TEST(keys() == everybody);
    net.heal(here, one);
    net.heal(here, two);
    BOOST_REQUIRE(harness.run_until([&] { return harness.observations().back().kind == Kind::replace; }, 40s));
    BOOST_TEST(keys() == everybody);
}

// ---- the file ----

BOOST_AUTO_TEST_CASE(a_file_with_too_many_hosts_is_refused_and_keeps_the_peers) {
    start(both);
    await(everybody);
    std::string text;
    for (int i = 0; i <= 10'000; ++i) text += 'h' + std::to_string(i) + ".\n";
    here.file(path, text);
    await_failure(KITH_LIMIT, "/etc/hosts.erlang:10001:1: more than 10000 hosts");
    BOOST_TEST(keys() == everybody);
}

// ---- many ----

BOOST_AUTO_TEST_CASE(many_hosts_are_queried_a_few_at_a_time_and_reported_together) {
    std::vector<std::unique_ptr<SimulatedEpmd>> epmds;
    std::string text;
    for (int i = 0; i < 500; ++i) {
        const std::string name = "m" + std::to_string(i);
        const std::string address = "10.1." + std::to_string(i / 250) + '.' + std::to_string(i % 250 + 1);
        epmds.push_back(std::make_unique<SimulatedEpmd>(net.machine(name, {address}), SimulatedEpmd::Names{{"app", 1}}));
        text += name + ".\n";
    }
    start(text);
    std::size_t most = 0;
    BOOST_REQUIRE(harness.run_until(
        [&] {
            most = std::max(most, here.open_streams());
            return harness.peers().size() == 500;
        },
        3s));
    BOOST_TEST(most <= 16u);
    BOOST_TEST(count(Kind::replace) == 1u);
}

BOOST_AUTO_TEST_CASE(fifty_unreachable_hosts_do_not_delay_changes_of_the_others) {
    std::vector<std::unique_ptr<SimulatedEpmd>> epmds;
    std::string text;
    for (int i = 0; i < 100; ++i) {
        const std::string name = "m" + std::to_string(i);
        auto &machine = net.machine(name, {"10.1.0." + std::to_string(i + 1)});
        epmds.push_back(std::make_unique<SimulatedEpmd>(machine, SimulatedEpmd::Names{{"app", 1}}));
        if (i % 2 == 0) net.partition(here, machine); // its packets are dropped
        text += name + ".\n";
    }
    start(text);
    harness.run_for(1min);
    BOOST_TEST(harness.peers().size() == 50u);
    epmds[99]->set_names({{"app", 1}, {"new", 2}});
    BOOST_TEST(harness.run_until([&] { return harness.peers().size() == 51; }, 6s));
}

// ---- the end ----

BOOST_AUTO_TEST_CASE(stop_succeeds_at_once_during_queries) {
    at_one.stall(true);
    start(both);
    harness.run_for(100ms);
    const auto before = net.now();
    BOOST_TEST(harness.stop());
    BOOST_TEST((net.now() - before < 10ms));
    harness.destroy();
    at_one.stall(false);
    BOOST_REQUIRE(harness.start() == KITH_OK);
    await(everybody);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- options ----

BOOST_AUTO_TEST_CASE(the_options_match_and_the_port_of_the_environment_are_used) {
    SimNet net;
    auto &here = net.machine("here", {"10.0.0.1"});
    here.env("ERL_EPMD_PORT", "5000");
    here.file("/h", "here.");
    SimulatedEpmd epmd(here, {{"app", 1}, {"other", 2}}, {}, 5000);
    PluginHarness harness(here, kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts", R"({"file": "/h", "match": "app@*"})");
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(harness.run_until([&] { return !harness.peers().empty(); }, 1s));
    BOOST_TEST(harness.peers().size() == 1u);
    BOOST_TEST(harness.observations()[0].text == "it does not match the option match");
}

BOOST_AUTO_TEST_CASE(a_malformed_match_pattern_is_refused_with_a_reason) {
    SimNet net;
    PluginHarness harness(net.machine("here", {}), kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts",
                          R"({"match": "[a"})");
    BOOST_TEST(harness.start() == KITH_INVALID);
    BOOST_TEST(harness.error() == "option match is \"[a\", which has a [ without its ]");
}

BOOST_AUTO_TEST_CASE(its_observations_are_not_authenticated) {
    const auto &d = *kith_plugin_entry_strategy_erlang_hosts.descriptors[0];
    BOOST_TEST((d.flags & (KITH_FLAG_AUTHENTICATED | KITH_FLAG_ROTATING)) == 0u);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace_of_a_day) {
    const auto day = [] {
        SimNet net(7);
        auto &here = net.machine("here", {"10.0.0.1"});
        SimulatedEpmd epmd(here, {{"app", 1}});
        here.file("/h", "here. gone.");
        PluginHarness harness(here, kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts", R"({"file": "/h"})");
        harness.start();
        harness.run_for(24h);
        BOOST_TEST(harness.outstanding() <= 3u);
        BOOST_TEST(here.open_streams() == 0u);
        harness.stop();
        return net.trace_hash();
    };
    BOOST_TEST(day() == day());
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto failed = kith::testkit::fail_each([](SimNet &net) {
        auto &here = net.machine("here", {"10.0.0.1"});
        auto &there = net.machine("there", {"10.0.0.2"});
        SimulatedEpmd first(here, {{"app", 1}}), second(there, {{"app", 1}});
        here.file("/h", "here.");
        PluginHarness harness(here, kith_plugin_entry_strategy_erlang_hosts, "erlang_hosts", R"({"file": "/h"})");
        if (harness.start() == KITH_OK) {
            const auto find = [&](std::size_t peers) {
                if (!harness.run_until([&] { return harness.peers().size() == peers || harness.failed(); }, 2min))
                    throw std::runtime_error("it does not find " + std::to_string(peers));
            };
            find(1);
            here.file("/h", "here. there.");
            find(2);
            here.file("/h", "there.");
            find(1);
            if (!harness.stop()) throw std::runtime_error("it does not stop");
        }
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
        if (here.open_streams() != 0) throw std::runtime_error("a stream is left open");
    });
    BOOST_TEST(failed > 20u);
}
