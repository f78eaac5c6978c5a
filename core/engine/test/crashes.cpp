// SPDX-License-Identifier: MIT
//
// The process of an isolated instance ends: that is a failure to look, and the instance is started again, up to the sixth time in a minute.
#include "scripted_plugin.hpp"

#include <core/engine/crash_history.hpp>
#include <kith/hosting/instance_metrics.hpp>

#include <algorithm>
#include <vector>

namespace kith::core::test {

namespace {

struct IsolatedKith : Kith {
    IsolatedKith() {
        config.plugins.isolate = PluginSettings::Isolate::all;
        config.sinks.push_back({"k", "puppet", "{}", {"peer.*", "topology.*"}});
        scripts["sinks.k"].start = [](ScriptedPlugin &sink) { return sink.sink().subscribe(sink.host, UINT64_MAX); };
        connector().start = [](ScriptedPlugin &plugin) {
            plugin.attach("me@10.0.0.1", 1);
            return KITH_OK;
        };
        strategy().start = [](ScriptedPlugin &plugin) { return plugin.replace({"a@10.0.0.2", "b@10.0.0.3"}); };
    }
    Script &sink() { return scripts["sinks.k"]; }
};

using std::chrono::milliseconds;
using std::chrono::seconds;

} // namespace

BOOST_AUTO_TEST_SUITE(crashes)

BOOST_AUTO_TEST_CASE(of_a_strategy_are_failures_to_look_and_its_peers_stay) {
    IsolatedKith kith;
    kith.start();
    const auto peers = kith.engine->topology("t")->sources().front().peers;
    kith.strategy().start = {}; // the next instance does not look at once
    kith.isolator.crash(Kith::strategy_name);
    kith.run(milliseconds(1));
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_CRASHED) == 1u);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_FAILED) == 0u);
    BOOST_TEST(contains(kith.reasons(KITH_EVENT_PLUGIN_CRASHED).front(), "killed by signal 11"));
    BOOST_TEST(kith.count(KITH_EVENT_TOPOLOGY_STALE) == 1u);
    kith.run(milliseconds(50));
    BOOST_TEST(kith.strategy().created == 2); // after about 25 ms
    BOOST_TEST(kith.engine->topology("t")->sources().front().peers == peers);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_LOST) == 0u);
}

BOOST_AUTO_TEST_CASE(of_a_connector_detach_it_and_its_links_stay) {
    IsolatedKith kith;
    kith.connector().connect = [](ScriptedPlugin &plugin, std::uint64_t op, const std::string &) {
        plugin.connector().done(plugin.host, op, KITH_OK, {});
        return KITH_OK;
    };
    kith.start();
    kith.isolator.crash(Kith::connector_name);
    kith.run(milliseconds(1));
    BOOST_TEST(kith.count(KITH_EVENT_CONNECTOR_DETACHED) == 1u);
    kith.run(milliseconds(100));
    BOOST_TEST(kith.count(KITH_EVENT_CONNECTOR_ATTACHED) == 2u);
    BOOST_TEST(kith.count(KITH_EVENT_LINK_DOWN) == 0u);
}

BOOST_AUTO_TEST_CASE(operations_of_a_process_that_is_gone_end_once_and_their_numbers_mean_nothing_to_the_next_one) {
    IsolatedKith kith;
    std::vector<std::uint64_t> begun;
    kith.connector().connect = [&](ScriptedPlugin &, std::uint64_t op, const std::string &) {
        begun.push_back(op);
        return KITH_OK;
    };
    kith.start();
    const std::vector<std::uint64_t> former = begun; // none is done
    BOOST_REQUIRE(former.size() == 2u);
    kith.isolator.crash(Kith::connector_name);
    kith.run(milliseconds(100));
    BOOST_REQUIRE(begun.size() == 4u); // the next process is asked again
    BOOST_TEST(kith.count(KITH_EVENT_CONNECT_FAILED) == 0u);
    ScriptedPlugin &next = *kith.connector().now;
    const auto done = [&](std::uint64_t op) { return next.connector().done(next.host, op, KITH_OK, {}); };
    for (const std::uint64_t op : former) {
        BOOST_TEST(std::ranges::count(begun, op) == 1);
        BOOST_TEST(done(op) == KITH_STALE);
    }
    BOOST_TEST(kith.count(KITH_EVENT_CONNECT_SUCCEEDED) == 0u);
    for (std::size_t i = former.size(); i < begun.size(); ++i) {
        BOOST_TEST(done(begun[i]) == KITH_OK);
        BOOST_TEST(done(begun[i]) == KITH_STALE);
    }
    kith.run(milliseconds(1));
    BOOST_TEST(kith.count(KITH_EVENT_CONNECT_SUCCEEDED) == 2u);
}

BOOST_AUTO_TEST_CASE(of_a_sink_bring_its_batch_again_and_lose_no_event) {
    IsolatedKith kith;
    std::vector<std::vector<std::string>> batches;
    kith.sink().events = [&](ScriptedPlugin &sink, std::uint64_t batch, const std::vector<std::string> &lines) {
        batches.push_back(lines);
        if (batches.size() != 1) sink.sink().taken(sink.host, batch);
    };
    kith.start();
    BOOST_REQUIRE(batches.size() == 1u); // and it has not taken it
    kith.isolator.crash("sinks.k");
    kith.run(milliseconds(1));
    kith.strategy().now->replace({"a@10.0.0.2", "b@10.0.0.3", "c@10.0.0.4"}); // while there is no sink
    kith.run(milliseconds(200));
    BOOST_REQUIRE(batches.size() >= 3u);
    std::vector<std::string> marked;
    for (const std::string &line : batches[0]) marked.push_back(line.substr(0, line.size() - 1) + R"(,"again":true})");
    BOOST_TEST(batches[1] == marked, boost::test_tools::per_element());
    std::string later;
    for (std::size_t i = 2; i < batches.size(); ++i)
        for (const auto &line : batches[i]) later += line;
    BOOST_TEST(contains(later, "c@10.0.0.4"));
    BOOST_TEST(!contains(later, "again"));
}

BOOST_AUTO_TEST_CASE(an_isolated_sink_misses_nothing_until_its_subscription_arrives) {
    IsolatedKith kith;
    kith.sink().start = [](ScriptedPlugin &) { return KITH_OK; };
    std::string seen;
    kith.sink().events = [&](ScriptedPlugin &sink, std::uint64_t batch, const std::vector<std::string> &lines) {
        for (const auto &line : lines) seen += line;
        sink.sink().taken(sink.host, batch);
    };
    kith.start();
    BOOST_TEST(seen == "");
    kith.sink().now->sink().subscribe(kith.sink().now->host, UINT64_MAX);
    kith.run(milliseconds(1));
    BOOST_TEST(contains(seen, "topology.started"));
    BOOST_TEST(contains(seen, "peer.discovered"));
}

BOOST_AUTO_TEST_CASE(counters_go_on_and_gauges_are_gone) {
    IsolatedKith kith;
    kith.start();
    InstanceMetrics &metrics = kith.isolator.instances.at(Kith::strategy_name)->metrics();
    std::uint32_t counter = 0, gauge = 0;
    const auto define = [&](std::uint32_t kind, const char *name, std::uint32_t &id) {
        Metric metric;
        metric.kind = kind;
        metric.name = name;
        std::string why;
        return metrics.define(std::move(metric), id, why);
    };
    BOOST_TEST(define(KITH_METRIC_GAUGE, "open", gauge) == KITH_OK);
    BOOST_TEST(define(KITH_METRIC_COUNTER, "sent_total", counter) == KITH_OK);
    metrics.set(gauge, 7);
    metrics.add(counter, 3);
    kith.isolator.crash(Kith::strategy_name);
    kith.run(milliseconds(1));
    BOOST_REQUIRE(metrics.all().size() == 1u);
    BOOST_TEST(metrics.all().front().name == "sent_total");
    kith.run(milliseconds(50)); // it is started again
    BOOST_TEST(kith.strategy().created == 2);
    BOOST_TEST(define(KITH_METRIC_COUNTER, "sent_total", counter) == KITH_OK);
    metrics.add(counter, 1);
    BOOST_TEST(metrics.all().front().value == 4);
}

BOOST_AUTO_TEST_CASE(the_sixth_in_a_minute_is_quarantine_until_a_retry) {
    IsolatedKith kith;
    kith.start();
    for (int i = 1; i <= 6; ++i) {
        BOOST_TEST(kith.strategy().created == i);
        kith.isolator.crash(Kith::strategy_name);
        kith.run(seconds(9)); // longer than each pause
        if (kith.count(KITH_EVENT_PLUGIN_QUARANTINED) != 0) break;
    }
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_CRASHED) == 6u);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_QUARANTINED) == 1u);
    kith.run(std::chrono::hours(1));
    BOOST_TEST(kith.strategy().created == 6);
    BOOST_TEST(kith.connector().created == 1); // the others go on

    BOOST_TEST(!kith.engine->retry("libother.so").has_value());
    BOOST_TEST(kith.engine->retry("puppets").value_or(0) == 1u);
    kith.run(milliseconds(1));
    BOOST_TEST(kith.strategy().created == 7);
    BOOST_TEST(kith.engine->retry("puppets").value_or(9) == 0u);
}

BOOST_AUTO_TEST_CASE(once_a_minute_they_are_no_quarantine) {
    IsolatedKith kith;
    kith.start();
    for (int i = 0; i < 20; ++i) {
        kith.isolator.crash(Kith::strategy_name);
        kith.run(seconds(61));
    }
    BOOST_TEST(kith.strategy().created == 21);
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_QUARANTINED) == 0u);
}

BOOST_AUTO_TEST_CASE(pauses_grow_and_differ) {
    CrashHistory one(1), other(2);
    Time last = 0;
    bool differ = false;
    for (int i = 0; i < 5; ++i) {
        BOOST_TEST(!one.add(static_cast<Time>(i)));
        other.add(static_cast<Time>(i));
        const Time pause = one.pause();
        differ = differ || pause != other.pause();
        BOOST_TEST(pause > last);
        last = pause;
    }
    BOOST_TEST(one.add(5));
    BOOST_TEST(differ);
}

BOOST_AUTO_TEST_CASE(a_final_failure_is_a_refusal) {
    IsolatedKith kith;
    kith.start();
    kith.isolator.instances.at(Kith::strategy_name)->report({.status = KITH_INVALID, .text = "bad options", .final = true});
    kith.run(std::chrono::hours(1));
    BOOST_TEST(kith.count(KITH_EVENT_PLUGIN_REFUSED) == 1u);
    BOOST_TEST(kith.strategy().created == 1);
    BOOST_TEST(kith.strategy().destroyed == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
