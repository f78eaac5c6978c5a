// SPDX-License-Identifier: MIT
#include "plugin_processes.hpp"
#include "simulated_servers.hpp"

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::PluginHarness;
using testkit::SimNet;

void require_isolation(const TestInput &input) {
    if (input.processes == nullptr) throw TestSkipped("it is for --isolated");
}

// What any plugin of its kind handles without a refusal within the call, which the daemon would get later from another process.
void work(PluginHarness &harness, const kith_descriptor &descriptor) {
    start_or_skip(harness);
    for (int i = 0; i < 10 && harness.running(); ++i) {
        const testkit::RecordedPeer peer{"k" + std::to_string(i % 3), "app@10.7.0." + std::to_string(i % 3 + 1), {}, {}};
        if (descriptor.kind == KITH_KIND_CONNECTOR)
            static_cast<void>(i % 4 == 3 ? harness.disconnect(peer) : harness.connect(peer));
        if (descriptor.kind == KITH_KIND_SINK) {
            harness.members("lan", {peer});
            harness.event(KITH_EVENT_PEER_DISCOVERED, R"({"kind": "peer.discovered"})", peer.name);
        }
        harness.refresh();
        harness.run_for(10s);
    }
    harness.stop();
    harness.destroy();
    require_no_violation(harness);
}

// In a network with the servers that it asks for.
std::uint64_t trace_of(const PluginUnderTest &plugin) {
    SimNet net(plugin.seed);
    SimulatedServers servers(net, plugin, {}, plugin.seed);
    PluginHarness harness(servers.plugin_machine(), servers.intercept(plugin.entry), plugin.id, plugin.options);
    harness.node("check@10.0.0.1");
    work(harness, plugin.descriptor);
    return net.trace_hash();
}

void require_nothing_refused(const PluginUnderTest &plugin) {
    std::string all;
    for (const auto &one : plugin.input.processes->take_refused()) all += (all.empty() ? ": " : "; ") + one;
    if (!all.empty()) throw RuleViolation(plugin.id + all);
}

void refused(const TestInput &input) {
    require_isolation(input);
    for_each_plugin(input, [&input](const PluginUnderTest &plugin) {
        input.processes->take_refused(); // of the plugins before
        try {
            trace_of(plugin);
        } catch (const std::exception &) {
            require_nothing_refused(plugin); // which is the cause
            throw;
        }
        require_nothing_refused(plugin);
    });
}

void same_trace(const TestInput &input) {
    require_isolation(input);
    const PluginLibrary library(input);
    const kith_entry &here = input.processes->entry_here(library.entry());
    for_each_plugin(input, [&](const PluginUnderTest &plugin) {
        const std::uint64_t isolated = trace_of(plugin);
        const PluginUnderTest same{here, plugin.descriptor, plugin.id, plugin.options, plugin.seed, plugin.input};
        if (trace_of(same) != isolated)
            throw RuleViolation(
                plugin.id + ": with the same seed it does something else in a process of its own; possible causes are a right "
                            "that it has only here, time or randomness that is not from a service, and a mutable global (I1)");
    });
}

constexpr Test isolation_test_table[] = {
    {"refused", "T4", "uses no right that an isolated plugin does not have; --grant gives one", refused, true},
    {"same_trace", "T4", "with the same seed it does the same in a process of its own", same_trace, true},
};

} // namespace

std::span<const Test> isolation_tests() noexcept { return isolation_test_table; }

} // namespace kith::check
