// SPDX-License-Identifier: MIT
//
// GET /v1/state: a snapshot of everything at one moment, sent in pieces, so that many peers do not hold the loop.
#pragma once

#include "context.hpp"
#include "handler_interface.hpp"
#include "packed_peers.hpp"

#include <memory>
#include <string>

namespace kith::app {

/// So many at once hold a snapshot; then 429.
inline constexpr long most_state_snapshots = 8;

class StateSnapshot final : public ApiStream {
  public:
    /// holder: lives as long as the stream.
    StateSnapshot(const ApiContext &context, const core::EngineView &view, std::shared_ptr<int> holder);

    bool fill(std::string &out, std::size_t room) override;
    std::string_view heartbeat() const override { return {}; }
    void on_ready(std::function<void()>) override {} // there is always something until the end

  private:
    std::shared_ptr<int> holder_;
    std::string beginning_;
    PackedPeers peers_;
    bool first_ = true;
};

} // namespace kith::app
