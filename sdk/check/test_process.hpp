// SPDX-License-Identifier: MIT
//
// One test in a process of its own. A crash, a hang, or an exit within it ends nothing else.
#pragma once

#include "checker_test.hpp"

#include <chrono>
#include <string>

namespace kith::check {

struct TestResult {
    enum class Kind : char { passed = 'p', failed = 'f', skipped = 's' };
    Kind kind = Kind::failed;
    std::string text;
    bool timed_out = false; ///< its time was over, and it was killed
    std::chrono::milliseconds duration{};
};

/// Here, without protection: for debuggers.
TestResult run_in_process(const Test &test, const TestInput &input);
/// In a child. When the bound is over, and when it has ended or stopped, it and its whole process group are killed, and whoever has left
/// that group. What it prints on standard error comes out on ours afterwards, cut to the first 8 KiB.
TestResult run_in_child(const Test &test, const TestInput &input, std::chrono::seconds bound);

} // namespace kith::check
