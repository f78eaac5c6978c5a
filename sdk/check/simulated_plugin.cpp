// SPDX-License-Identifier: MIT
#include "simulated_plugin.hpp"

#include "plugin_processes.hpp"

#include <exception>
#include <optional>

namespace kith::check {

namespace {

// The end of its process comes before what follows from that.
void run(const std::function<void(const PluginUnderTest &)> &test, const PluginUnderTest &plugin) {
    if (plugin.input.processes == nullptr) return test(plugin);
    std::exception_ptr outcome;
    try {
        test(plugin);
    } catch (...) {
        outcome = std::current_exception();
    }
    if (const std::string fault = plugin.input.processes->take_fault(); !fault.empty())
        throw RuleViolation(plugin.id + ": " + fault);
    if (outcome) std::rethrow_exception(outcome);
}

} // namespace

void for_each_plugin(const TestInput &input, const std::function<void(const PluginUnderTest &)> &test) {
    std::optional<PluginLibrary> library;
    if (input.processes == nullptr) library.emplace(input);
    const kith_entry &entry = library ? library->entry() : input.processes->entry();
    bool any = false;
    for (const auto *d : std::span(entry.descriptors, entry.descriptor_count)) {
        if ((d->flags & KITH_FLAG_FOREIGN_IO) != 0) continue;
        any = true;
        const std::string options = input.options.empty() ? minimal_options(view(d->options)) : input.options;
        run(test, {entry, *d, std::string(view(d->id)), options, input.seed, input});
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
