// SPDX-License-Identifier: MIT
#pragma once

#include <kith/testkit/simulated_machine.hpp>

#include <cstdint>
#include <string_view>

namespace kith::testkit {

/// From now on each operation of this service on that machine that would have ended well ends with this status: fail_service(here,
/// "tcp", KITH_IO). Of one function of it: fail_service(here, "tcp.read", KITH_IO). KITH_OK: no more. Timers are not made to fail.
void fail_service(SimulatedMachine &machine, std::string_view what, std::int32_t status);

} // namespace kith::testkit
