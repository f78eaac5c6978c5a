// SPDX-License-Identifier: MIT
//
// Plugins of the library under test, each on a simulated machine.
#pragma once

#include "check.hpp"

#include <kith/testkit/rig.hpp>

#include <functional>

namespace kith::check {

struct Plugin {
    const kith_entry &entry;
    const kith_descriptor &descriptor;
    std::string id;
    std::string options;
    std::uint64_t seed;
};

/// Each plugin of the library that can be simulated. Throws Skipped when there is none.
void for_each_plugin(const Subject &subject, const std::function<void(const Plugin &)> &test);

/// Throws Broken with the first rule that the rig has seen broken, but for E3: that is the business of the test `honest`, and each test would
/// fail by it.
void keep_rules(const testkit::Rig &rig);

/// The machine "here" of that universe, with the address 10.0.0.1.
testkit::Machine &here(testkit::SimNet &net);

/// A plugin on a machine of its own.
struct Stage {
    Stage(const Plugin &plugin, std::uint64_t seed);
    /// Throws Broken when it does not.
    void start();
    void stop();
    testkit::SimNet net;
    testkit::Rig rig;
};

} // namespace kith::check
