// SPDX-License-Identifier: MIT
#pragma once

#include <kith/testkit/simulated_machine.hpp>

#include <cstdint>
#include <string_view>

namespace kith::testkit {

/// From now on every operation of this service on that machine that would have succeeded ends with this status:
/// fail_service(here, "tcp", KITH_IO). For one function of a service: fail_service(here, "tcp.read", KITH_IO). KITH_OK ends the
/// fault. Timers do not fail.
void fail_service(SimulatedMachine &machine, std::string_view what, std::int32_t status);

} // namespace kith::testkit
