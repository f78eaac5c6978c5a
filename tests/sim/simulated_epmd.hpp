// SPDX-License-Identifier: MIT
//
// A stand-in for a host's EPMD: answers the NAMES request with the names it was given, and anything else with nothing.
#pragma once

#include <kith/testkit/peer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kith::sim {

class SimulatedEpmd {
  public:
    SimulatedEpmd(testkit::Machine &machine, std::vector<std::string> names);

    /// Without: connections are refused.
    void listen(bool on);
    /// Its machine was off, and is there again.
    void boot() {
        if (peer_ == nullptr) return;
        listen(false);
        listen(true);
    }
    void names(std::vector<std::string> names) { names_ = std::move(names); }

  private:
    void serve(testkit::Conversation &with) const;

    testkit::Machine &machine_;
    std::vector<std::string> names_;
    std::unique_ptr<testkit::Peer> peer_;
};

} // namespace kith::sim
