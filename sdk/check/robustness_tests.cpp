// SPDX-License-Identifier: MIT
#include "simulated_plugin.hpp"

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/fail_each.hpp>

#include <malloc.h>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::PluginHarness;
using testkit::SimNet;

void each_call_fails(const TestInput &input) {
    if (input.processes != nullptr)
        throw TestSkipped("what a call returns is decided in the process of the plugin; run it without --isolated");
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        testkit::fail_each(
            [&](SimNet &net) {
                PluginHarness harness(plugin_machine(net, plugin.input), plugin.entry, plugin.id, plugin.options);
                harness.node("check@10.0.0.1");
                if (harness.start() == KITH_OK) {
                    harness.run_for(10s);
                    harness.stop();
                }
                require_no_violation(harness);
            },
            {.status = KITH_IO, .seed = plugin.seed, .most = 10'000});
    });
}

void clock_jump(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        SimulatedPlugin simulated(plugin, plugin.seed);
        simulated.start();
        for (const auto jump : {-24h, 48h, -1000h, 100'000h}) {
            simulated.harness.run_for(20s);
            simulated.harness.machine().jump_wall(jump);
        }
        simulated.harness.run_for(20s);
        simulated.stop();
    });
}

std::size_t in_use() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

// Heap bytes of the vector: those of a copy, and its unused capacity.
template <class T>
std::size_t bytes_of(const std::vector<T> &records) {
    const auto before = in_use();
    const std::vector<T> copy(records.begin(), records.end());
    return in_use() - before + (records.capacity() - copy.size()) * sizeof(T);
}

// Memory that the PluginHarness and the resolver use for their own records, which must not be attributed to the plugin.
std::size_t bytes_recorded(const PluginHarness &harness) {
    return bytes_of(harness.log()) + bytes_of(harness.observations()) + bytes_of(harness.reports()) +
           bytes_of(harness.machine().net().dns().asked());
}

void a_day(const TestInput &input) {
    skip_when_sanitized(input);
    if (input.processes != nullptr)
        throw TestSkipped("the memory of the plugin is in another process; run it without --isolated");
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        SimulatedPlugin simulated(plugin, plugin.seed);
        simulated.start();
        simulated.harness.run_for(1h);
        const std::size_t records = bytes_recorded(simulated.harness), open = simulated.harness.outstanding(),
                          memory = in_use();
        simulated.harness.run_for(23h);
        const std::size_t allowed = memory + (bytes_recorded(simulated.harness) - records) + 1'048'576;
        if (simulated.harness.outstanding() > open + 64)
            throw RuleViolation("outstanding operations accumulate: " + std::to_string(open) + " after an hour, " +
                                std::to_string(simulated.harness.outstanding()) + " after a day");
        if (const std::size_t now = in_use(); now > allowed)
            throw RuleViolation("memory grows: " + std::to_string(memory) + " bytes after an hour, " + std::to_string(now) +
                                " after a day");
        simulated.stop();
    });
}

constexpr Test robustness_test_table[] = {
    {"each_call_fails", "T2", "keeps all rules when each service call fails in turn", each_call_fails},
    {"clock_jump", "D1", "keeps all rules when the wall clock jumps", clock_jump},
    {"a_day", "T3", "memory and outstanding operations do not grow during a simulated day", a_day},
};

} // namespace

std::span<const Test> robustness_tests() noexcept { return robustness_test_table; }

} // namespace kith::check
