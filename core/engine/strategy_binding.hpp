// SPDX-License-Identifier: MIT
//
// Connects a strategy plugin with its topology: checks the reported peers and passes them on as views.
#pragma once

#include <core/cluster/topology/topology.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/plugin_instance.hpp>
#include <kith/hosting/peer_and_link_readers.hpp>

#include <string_view>

namespace kith::core {

class StrategyBinding final : public DiscoveryReceiver {
  public:
    /// engine_loop: a turn is requested from it after each input.
    StrategyBinding(LiveTopology &topology, SourceId source, EngineLoop &engine_loop)
        : topology_(topology), source_(source), engine_loop_(engine_loop), reader_(engine_loop.random_seed()) {}

    /// Call it before the instance starts.
    void bind(PluginInstance &instance) { instance_ = &instance; }

    std::int32_t replace(const kith_peer *peers, std::uint32_t count, std::uint32_t stride) override;
    std::int32_t update(const kith_peer *upserted, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
                        std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count) override;
    std::int32_t watching(bool in_sync) override;
    std::int32_t heard() override;
    std::int32_t failed(std::int32_t status, std::string_view text) override;
    std::int32_t left_out(std::uint32_t items, std::string_view reason) override;

  private:
    std::int32_t answer(const Status &status);
    Status refuse(Status status); // records a failed observation
    void reported(bool empty);
    void give_back(std::uint32_t count);
    Status check(std::int32_t status); // of the reader

    LiveTopology &topology_;
    SourceId source_;
    EngineLoop &engine_loop_;
    PluginInstance *instance_ = nullptr;
    PeerReader reader_;
    std::uint32_t most_ = 0; // size of the largest set after which free memory was given back
    bool doubted_ = false;   // its last set was empty, and no operation has shown that
};

} // namespace kith::core
