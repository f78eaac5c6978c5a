// SPDX-License-Identifier: MIT
//
// The commands of kith. Each takes the words after its name, prints what was asked for on standard output and everything else on
// standard error, and returns an exit status.
#pragma once

#include <string>
#include <vector>

namespace kith::app {

enum ExitStatus : int {
    exit_ok = 0,
    exit_negative = 1,    ///< the answer is no
    exit_usage = 2,       ///< bad usage or configuration
    exit_unreachable = 3, ///< could not reach, or could not look
};

using Arguments = std::vector<std::string>;

int run(const Arguments &arguments);
int check(const Arguments &arguments);
int discover(const Arguments &arguments);
int plugins(const Arguments &arguments);
int schema(const Arguments &arguments);
int sim(const Arguments &arguments);
int version(const Arguments &arguments);

} // namespace kith::app
