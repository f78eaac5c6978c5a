// SPDX-License-Identifier: MIT
#pragma once

#include <kith/plugin.h>
#include <kith/testkit/sim_net.hpp>

#include <cstdint>
#include <functional>

namespace kith::testkit {

struct FailEach {
    std::int32_t status = KITH_IO; ///< what the call fails with
    std::uint64_t seed = 1;
    std::uint64_t most = 10'000; ///< more calls than so many in one run end in a std::runtime_error
};

/// Runs the scenario again and again, each time in a fresh universe: in the first run the first call of a service fails (or the first
/// completion that would have been good), in the second run the second, until a run had no such call. The scenario asserts what
/// must hold on every day: no crash, no violations, stop works. An exception it throws is passed on with the call that had failed
/// before its text. Returns how many calls were made to fail.
std::uint64_t fail_each(const std::function<void(SimNet &)> &scenario, FailEach how = {});

} // namespace kith::testkit
