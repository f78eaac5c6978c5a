// SPDX-License-Identifier: MIT
//
// The interface by which the reconciler controls a connector. The engine implements it over kith_connector_plugin. The
// functions are called only by Reconciler::advance, which the engine runs from its own queue, never inside a call from a plugin
// (T5).
#pragma once

#include <kith/hosting/peer_and_link_views.hpp>
#include <kith/plugin.h>

#include <cstdint>
#include <string>

namespace kith::core {

// The result of connect and disconnect. status KITH_OK: the operation `op` is in flight, and Reconciler::done(op, ...) follows
// later. Any other status: no operation was started and no done follows; text contains the reason.
struct StartedOperation {
    std::int32_t status = KITH_OK;
    std::uint64_t op = 0; // not 0, never reused
    std::string text;
};

class Connector {
  public:
    virtual StartedOperation connect(const PeerView &peer) = 0;
    virtual StartedOperation disconnect(const PeerView &peer) = 0;
    // done(op) follows soon. The reconciler waits 5 s for it and then forgets the operation.
    virtual void cancel(std::uint64_t op) = 0;
    // Requests a new report of all links.
    virtual void refresh() = 0;

  protected:
    ~Connector() = default;
};

} // namespace kith::core
