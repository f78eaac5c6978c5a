// SPDX-License-Identifier: MIT
//
// Simulates the EPMD of a host on port 4369: answers the NAMES request with a given list, and closes the connection on any other request.
#pragma once

#include <kith/testkit/scripted_server.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kith::sim {

class SimulatedEpmd {
  public:
    SimulatedEpmd(testkit::SimulatedMachine &machine, std::vector<std::string> names);

    /// false: connections are refused.
    void listen(bool on);
    /// Listens again after the machine was powered off.
    void boot() {
        if (peer_ == nullptr) return;
        listen(false);
        listen(true);
    }
    void names(std::vector<std::string> names) { names_ = std::move(names); }

  private:
    void serve(testkit::Conversation &with) const;

    testkit::SimulatedMachine &machine_;
    std::vector<std::string> names_;
    std::unique_ptr<testkit::ScriptedServer> peer_;
};

} // namespace kith::sim
