// SPDX-License-Identifier: MIT
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

extern "C" const kith_entry kith_plugin_entry_probe;

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

struct Trace {
    std::uint64_t hash;
    std::string text;
};

// Some machines that look at each other, with partitions, for a while. `litter`: what lies in the heap before and between.
Trace world(std::uint64_t seed, std::size_t litter, std::size_t machines = 8, std::chrono::nanoseconds span = 10min,
            bool keep = true) {
    std::vector<std::unique_ptr<char[]>> heap;
    const auto drop_litter = [&] {
        for (std::size_t i = 0; i < litter; ++i) heap.push_back(std::make_unique<char[]>(16 + (i * 7919) % 3000));
    };
    drop_litter();
    SimNet net(seed);
    net.keep_trace(keep);
    std::vector<SimulatedMachine *> all;
    std::vector<std::unique_ptr<ScriptedServer>> servers;
    std::vector<std::unique_ptr<PluginHarness>> harnesses;
    for (std::size_t i = 0; i < machines; ++i) {
        const std::string address = "10.0." + std::to_string(i / 250) + '.' + std::to_string(1 + i % 250);
        all.push_back(&net.machine("m" + std::to_string(i), {address}));
        servers.push_back(std::make_unique<ScriptedServer>(*all.back(), std::uint16_t{80}));
        servers.back()->script().send("one@" + address + "\ntwo@" + address + '\n').close();
        drop_litter();
    }
    for (std::size_t i = 0; i < machines; ++i) {
        const std::string options = R"({"port": 80, "host": "m)" + std::to_string((i + 1) % machines) + "\"}";
        harnesses.push_back(std::make_unique<PluginHarness>(*all[i], kith_plugin_entry_probe, "probe", options));
        harnesses.back()->start();
    }
    net.in(60s, [&] { net.partition(*all[0], *all[1]); });
    net.in(90s, [&] { net.heal(*all[0], *all[1]); });
    net.in(100s, [&] { all[2]->vanish(); });
    net.run_for(span);
    for (const auto &harness : harnesses) BOOST_REQUIRE(harness->violations().empty());
    return {net.trace_hash(), net.trace_text()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(determinism)

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace_for_any_heap_layout) {
    const Trace first = world(1, 0);
    const Trace second = world(1, 1000);
    BOOST_TEST(first.text.size() > 10'000u);
    BOOST_TEST((first.text == second.text));
    BOOST_TEST(first.hash == second.hash);
}

BOOST_AUTO_TEST_CASE(another_seed_gives_another_trace) { BOOST_TEST(world(1, 0).hash != world(2, 0).hash); }

BOOST_AUTO_TEST_CASE(the_hash_does_not_depend_on_keeping_the_trace) {
    BOOST_TEST(world(3, 0, 4, 1min, true).hash == world(3, 0, 4, 1min, false).hash);
}

BOOST_AUTO_TEST_SUITE_END()
