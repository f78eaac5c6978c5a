// SPDX-License-Identifier: MIT
#pragma once

#include <kith/plugin.h>
#include <kith/testkit/sim_net.hpp>

#include <cstdint>
#include <functional>

namespace kith::testkit {

struct FailEach {
    std::int32_t status = KITH_IO; ///< the status of the failing call
    std::uint64_t seed = 1;
    std::uint64_t most = 10'000; ///< more calls in one run cause a std::runtime_error
};

/// Runs the scenario repeatedly, each time in a new simulation. In the n-th run the n-th service call fails (or the n-th
/// completion that would have succeeded), until a run has fewer calls. The scenario asserts what must hold in every case: no
/// crash, no violations, stop works. An exception that it throws is rethrown with the failed call before its text. Returns the
/// number of calls that were made to fail.
std::uint64_t fail_each(const std::function<void(SimNet &)> &scenario, FailEach how = {});

} // namespace kith::testkit
