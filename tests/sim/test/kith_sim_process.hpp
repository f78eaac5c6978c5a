// SPDX-License-Identifier: MIT
//
// Runs `kith sim` as a process.
#pragma once

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kith::sim::test {

/// Returns its exit status. `take` receives each piece of its standard output.
inline int run_kith_sim(const std::string &words, const std::function<void(std::string_view)> &take) {
    const std::string command = std::string(KITH_BINARY_DIR "/kith sim ") + words + " 2>/dev/null";
    FILE *pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    char bytes[65536];
    for (std::size_t got = 0; (got = std::fread(bytes, 1, sizeof bytes, pipe)) != 0;) take({bytes, got});
    const int status = ::pclose(pipe);
    return status >= 0 && (status & 0x7f) == 0 ? status >> 8 : -1;
}

/// The folder of the scenarios.
inline const std::string scenarios = KITH_SOURCE_DIR "/tests/sim/scenarios/";

} // namespace kith::sim::test
