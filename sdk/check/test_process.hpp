// SPDX-License-Identifier: MIT
//
// Runs one test in a child process, so that a crash, a hang or an exit of the plugin ends only that test.
#pragma once

#include "plugin_test.hpp"

#include <chrono>
#include <string>

namespace kith::check {

struct TestResult {
    enum class Kind : char { passed = 'p', failed = 'f', skipped = 's' };
    Kind kind = Kind::failed;
    std::string text;
    bool timed_out = false; ///< the time limit was reached and the child was killed
    std::chrono::milliseconds duration{};
};

/// Runs the test in this process, for debuggers and sanitizers. A crash or hang of the plugin is one of the checker.
TestResult run_in_process(const Test &test, const TestInput &input);
/// Runs the test in a child process. When the test ends, stops or reaches the time limit, the child, its process group and its descendants
/// in other groups are killed. The first 8 KiB of its standard error are then written to ours.
TestResult run_in_child(const Test &test, const TestInput &input, std::chrono::seconds bound);

} // namespace kith::check
