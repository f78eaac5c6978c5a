// SPDX-License-Identifier: MIT
//
// Keeps the local node registered: at once when its name is known, and anew when the agent has forgotten it; its check is refreshed three
// times as often as it must be. While the node is not known nothing is refreshed, so that the check tells it.
#pragma once

#include "consul_client.hpp"
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

    /// Until the instance is stopped.
    kith::task<> run();
    void node_changed() { wake_.notify(); }
    /// A last word.
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
    std::string last_failure_;   // the last one
};

} // namespace consul
