// SPDX-License-Identifier: MIT
//
// One test in a process of its own. A crash, a hang, or an exit within it ends nothing else.
#pragma once

#include "check.hpp"

#include <chrono>
#include <string>

namespace kith::check {

struct Outcome {
    enum class Kind : char { passed = 'p', failed = 'f', skipped = 's' };
    Kind kind = Kind::failed;
    std::string text;
    bool late = false; ///< its time was over, and it was killed
    std::chrono::milliseconds took{};
};

/// Here, without protection: for debuggers.
Outcome run_here(const Test &test, const Subject &subject);
/// In a child. When the bound is over, and when it has ended or stopped, it and its whole process group are killed, and whoever has left
/// that group. What it prints on standard error comes out on ours afterwards, cut to the first 8 KiB.
Outcome run_apart(const Test &test, const Subject &subject, std::chrono::seconds bound);

} // namespace kith::check
