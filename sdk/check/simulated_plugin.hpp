// SPDX-License-Identifier: MIT
//
// Plugins of the library under test, each on a simulated machine.
#pragma once

#include "checker_test.hpp"

#include <kith/testkit/rig.hpp>

#include <functional>

namespace kith::check {

struct PluginUnderTest {
    const kith_entry &entry;
    const kith_descriptor &descriptor;
    std::string id;
    std::string options;
    std::uint64_t seed;
};

/// Each plugin of the library that can be simulated. Throws TestSkipped when there is none.
void for_each_plugin(const TestInput &input, const std::function<void(const PluginUnderTest &)> &test);

/// Throws RuleViolation with the first rule that the rig has seen broken, but for E3: that is the business of the test `honest`, and each test would
/// fail by it.
void require_no_violation(const testkit::Rig &rig);

/// The machine "here" of that universe, with the address 10.0.0.1.
testkit::Machine &plugin_machine(testkit::SimNet &net);

/// A plugin on a machine of its own.
struct SimulatedPlugin {
    SimulatedPlugin(const PluginUnderTest &plugin, std::uint64_t seed);
    /// Throws RuleViolation when it does not.
    void start();
    void stop();
    testkit::SimNet net;
    testkit::Rig rig;
};

} // namespace kith::check
