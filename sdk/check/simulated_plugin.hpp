// SPDX-License-Identifier: MIT
//
// Runs the plugins of the library under test, each on a simulated machine.
#pragma once

#include "plugin_test.hpp"

#include <kith/testkit/plugin_harness.hpp>

#include <functional>

namespace kith::check {

struct PluginUnderTest {
    const kith_entry &entry;
    const kith_descriptor &descriptor;
    std::string id;
    std::string options;
    std::uint64_t seed;
    const TestInput &input;
};

/// Calls `test` for each plugin of the library that can be simulated. Throws TestSkipped when there is none.
void for_each_plugin(const TestInput &input, const std::function<void(const PluginUnderTest &)> &test);

/// Throws RuleViolation with the first violation that the PluginHarness recorded. Violations of E3 are ignored: the test `honest` checks them, and
/// otherwise every test would fail for the same cause.
void require_no_violation(const testkit::PluginHarness &harness);

/// Starts the plugin. If it does not start, the test `starts` fails, and each other one is skipped, for it would only repeat the reason.
void start_or_skip(testkit::PluginHarness &harness);

/// The machine "here" of the network, with the address 10.0.0.1 and the variables of --env; the plugin runs on it.
testkit::SimulatedMachine &plugin_machine(testkit::SimNet &net, const TestInput &input);

/// A plugin on a simulated machine, in a network without servers.
struct SimulatedPlugin {
    SimulatedPlugin(const PluginUnderTest &plugin, std::uint64_t seed);
    /// As start_or_skip.
    void start() { start_or_skip(harness); }
    /// Stops and destroys the instance. Throws RuleViolation for each violation recorded so far.
    void stop();
    testkit::SimNet net;
    testkit::PluginHarness harness;
};

} // namespace kith::check
