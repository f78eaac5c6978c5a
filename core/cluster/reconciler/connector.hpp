// SPDX-License-Identifier: MIT
//
// The connector as the reconciler drives it; the engine implements it over kith_connector_plugin. Called only from inside
// Reconciler::advance, which the engine runs from its own queue, never inside a call from a plugin (T5).
#pragma once

#include <kith/hosting/peer_view.hpp>
#include <kith/plugin.h>

#include <cstdint>
#include <string>

namespace kith::core {

// status KITH_OK: `op` is under way and Reconciler::done(op, ...) follows, later. A failing status: nothing began and no done
// follows; text says why.
struct StartedOperation {
    std::int32_t status = KITH_OK;
    std::uint64_t op = 0; // never 0, never reused
    std::string text;
};

class Connector {
  public:
    virtual StartedOperation connect(const PeerView &peer) = 0;
    virtual StartedOperation disconnect(const PeerView &peer) = 0;
    // done(op) follows soon; the reconciler waits for it 5 s and then forgets the op.
    virtual void cancel(std::uint64_t op) = 0;
    // Ask the connector to say `links` anew.
    virtual void refresh() = 0;

  protected:
    ~Connector() = default;
};

} // namespace kith::core
