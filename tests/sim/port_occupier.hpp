// SPDX-License-Identifier: MIT
#pragma once

#include <kith/testkit/simulated_machine.hpp>

#include <cstdint>
#include <memory>

namespace kith::sim {

/// A program that occupies a UDP port of a machine, until it is destroyed.
class PortOccupier {
  public:
    PortOccupier(testkit::SimulatedMachine &machine, std::uint16_t port);
    ~PortOccupier();
    PortOccupier(const PortOccupier &) = delete;
    PortOccupier &operator=(const PortOccupier &) = delete;

  private:
    struct Body;
    std::unique_ptr<Body> body_;
};

} // namespace kith::sim
