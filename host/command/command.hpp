// SPDX-License-Identifier: MIT
//
// The commands of kith. Each takes the words after its name, prints what was asked for on standard output and everything else on
// standard error, and returns an exit status.
#pragma once

#include <string>
#include <vector>

namespace kith::app {

enum Exit : int {
    exit_good = 0,
    exit_no = 1,          ///< the answer is no
    exit_usage = 2,       ///< bad usage or configuration
    exit_unreachable = 3, ///< could not reach, or could not look
};

using Words = std::vector<std::string>;

int run(const Words &words);
int check(const Words &words);
int discover(const Words &words);
int plugins(const Words &words);
int schema(const Words &words);
int sim(const Words &words);
int version(const Words &words);

} // namespace kith::app
