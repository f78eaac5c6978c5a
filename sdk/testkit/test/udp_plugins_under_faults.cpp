// SPDX-License-Identifier: MIT
//
// PluginHarnesses whose plugins speak over kith.udp/1: each call may fail, and the same seed gives the same trace.
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

extern "C" const kith_entry kith_plugin_entry_beacon;

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<PluginHarness> beacon(SimulatedMachine &on) {
    return std::make_unique<PluginHarness>(on, kith_plugin_entry_beacon, "beacon", R"({"name": "node@)" + on.name() + "\"}");
}

// Twenty hosts and every fault there is, for five minutes. `litter`: what lies in the heap between.
std::string bad_minutes(std::uint64_t seed, std::size_t litter, std::chrono::nanoseconds tick) {
    std::vector<std::unique_ptr<char[]>> heap;
    SimNet net(seed);
    net.keep_trace(true);
    net.tick(tick);
    NetworkSegment &segment = net.segment();
    std::vector<SimulatedMachine *> all;
    std::vector<std::unique_ptr<PluginHarness>> harnesses;
    for (int i = 0; i < 20; ++i) {
        all.push_back(&net.machine(std::to_string(i), {"10.0.0." + std::to_string(i + 1)}));
        for (std::size_t k = 0; k < litter; ++k) heap.push_back(std::make_unique<char[]>(16 + (k * 7919) % 3000));
        harnesses.push_back(beacon(*all.back()));
        harnesses.back()->start();
    }
    net.in(20s, [&] { segment.loss(0.3); });
    net.in(40s, [&] { segment.duplicate(0.2); });
    net.in(60s, [&] { segment.reorder(0.2, 3s); });
    net.in(80s, [&] { net.islands({{all[0], all[1], all[2]}}); });
    net.in(100s, [&] { all[3]->interface().down(); });
    net.in(120s, [&] { all[3]->interface().come_back({"10.0.0.99"}); });
    net.in(130s, [&] { segment.inject("10.0.0.5", 45892, "233.252.1.32", 45892, "node@nowhere"); });
    net.in(140s, [&] { all[4]->interface().sends(Sends::later); });
    net.in(160s, [&] { net.unite(); });
    net.in(170s, [&] { all[4]->interface().sends(Sends::everything); });
    net.run_for(5min);
    for (const auto &harness : harnesses) {
        BOOST_TEST(harness->peers().size() >= 19u);
        BOOST_REQUIRE(harness->violations().empty());
    }
    return net.trace_text();
}

} // namespace

BOOST_AUTO_TEST_SUITE(beacons)

BOOST_AUTO_TEST_CASE(two_plugins_discover_each_other) {
    SimNet net(1);
    SimulatedMachine &a = net.machine("a", {"10.0.0.1"}), &b = net.machine("b", {"10.0.0.2"});
    const auto one = beacon(a), other = beacon(b);
    BOOST_TEST(one->start() == KITH_OK);
    BOOST_TEST(other->start() == KITH_OK);
    BOOST_TEST(one->run_until([&] { return one->peers().size() == 1; }, 10s));
    BOOST_TEST(one->peers()[0].name == "node@b");
    BOOST_TEST(one->peers()[0].key == "10.0.0.2:45892");
    BOOST_TEST(one->stop());
    BOOST_TEST(other->stop());
    BOOST_TEST(one->violations().empty());
    BOOST_TEST(a.open_sockets() == 0u);
}

BOOST_AUTO_TEST_CASE(a_failed_join_is_reported) {
    SimNet net(1);
    SimulatedMachine &a = net.machine("a", {"10.0.0.1"});
    a.interface().down();
    const auto harness = beacon(a);
    harness->start();
    BOOST_TEST(harness->await_observation());
    BOOST_TEST(harness->observations().back().status == KITH_UNREACHABLE);
    BOOST_TEST(harness->stop());
}

BOOST_AUTO_TEST_CASE(each_call_may_fail) {
    std::uint64_t found = 0;
    const auto failed = fail_each([&](SimNet &net) {
        SimulatedMachine &a = net.machine("a", {"10.0.0.1"}), &b = net.machine("b", {"10.0.0.2"});
        const auto one = beacon(a), other = beacon(b);
        const bool both = one->start() == KITH_OK && other->start() == KITH_OK;
        net.run_for(8s);
        const bool given_up = one->failed() || other->failed(); // without a timer; a daemon starts it anew
        if (!both || (!given_up && (one->peers().empty() || other->peers().empty()))) {
            throw std::runtime_error("they did not find each other");
        }
        found += given_up ? 0 : 1;
        for (const auto &harness : {one.get(), other.get()}) {
            if (!harness->stop()) throw std::runtime_error("it did not stop");
            for (const auto &text : harness->violations()) throw std::runtime_error(text);
        }
    });
    BOOST_TEST(failed > 20u); // bind, join, send, receive, each as a call and as its completion
    BOOST_TEST(found * 4 > failed * 3);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace_for_any_heap_layout) {
    for (const auto tick : {0ms, 50ms}) {
        const auto first = bad_minutes(1, 0, tick);
        BOOST_TEST(first.size() > 100'000u);
        BOOST_TEST((first == bad_minutes(1, 500, tick)));
        BOOST_TEST((first != bad_minutes(2, 0, tick)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
