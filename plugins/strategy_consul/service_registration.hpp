// SPDX-License-Identifier: MIT
//
// Keeps the local node registered as an instance of the service: registers it when its name is known, and again when the agent no longer
// has it; refreshes its TTL check three times per TTL. While the node's name is unknown, the TTL check is not refreshed, so it expires
// and Consul shows the node as failing.
#pragma once

#include "consul_http.hpp"
#include "registration_requests.hpp"

#include <kith/log.hpp>
#include <kith/node.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

namespace consul {

class ServiceRegistration {
  public:
    ServiceRegistration(kith::host h, const Settings &settings, ConsulClient &api, const kith::node &node, const kith::log &log)
        : settings_(settings), wanted_(*settings.registration), client_(api), node_(node), log_(log), random_(h), wake_(h) {}

    /// Runs until the instance is stopped.
    kith::task<> run();
    void node_changed() { wake_.notify(); }
    /// Removes the registration, at the stop of the instance.
    kith::task<> deregister();

  private:
    kith::task<bool> register_or_refresh();
    void log_failure(const kith::error &why);

    const Settings &settings_;
    const Registration &wanted_;
    ConsulClient &client_;
    const kith::node &node_;
    const kith::log &log_;
    kith::random random_;
    kith::signal wake_;
    std::optional<Entry> entry_; // what is registered
    std::string last_failure_;   // text of the last logged failure
};

} // namespace consul
