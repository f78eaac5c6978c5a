// SPDX-License-Identifier: MIT
#include "simulated_plugin.hpp"

namespace kith::check {

void for_each_plugin(const TestInput &input, const std::function<void(const PluginUnderTest &)> &test) {
    const PluginLibrary library(input);
    bool any = false;
    for (const auto *d : library.descriptors()) {
        if ((d->flags & KITH_FLAG_FOREIGN_IO) != 0) continue;
        any = true;
        const std::string options = input.options.empty() ? minimal_options(view(d->options)) : input.options;
        test({library.entry(), *d, std::string(view(d->id)), options, input.seed, input});
    }
    if (!any)
        throw TestSkipped(
            "the plugin has KITH_FLAG_FOREIGN_IO (it uses sockets, time or randomness of its own), so it cannot be simulated");
}

void require_no_violation(const testkit::PluginHarness &harness) {
    for (const auto &rule : harness.violations())
        if (!rule.starts_with("E3:")) throw RuleViolation(rule);
}

testkit::SimulatedMachine &plugin_machine(testkit::SimNet &net, const TestInput &input) {
    testkit::SimulatedMachine &out = net.machine("here", {"10.0.0.1"});
    for (const auto &[name, value] : input.environment) out.env(name, value);
    return out;
}

void start_or_skip(testkit::PluginHarness &harness) {
    if (harness.start() != KITH_OK) throw TestSkipped("the plugin does not start; the test `starts` contains the reason");
}

SimulatedPlugin::SimulatedPlugin(const PluginUnderTest &plugin, std::uint64_t seed)
    : net(seed), harness(plugin_machine(net, plugin.input), plugin.entry, plugin.id, plugin.options) {
    harness.node("check@10.0.0.1");
}

void SimulatedPlugin::stop() {
    harness.stop();
    require_no_violation(harness);
    harness.destroy();
    require_no_violation(harness);
}

} // namespace kith::check
