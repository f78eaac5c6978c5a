// SPDX-License-Identifier: MIT
//
// A strategy plugin between the ABI and its topology: what it sees is checked, and handed on as views.
#pragma once

#include <core/cluster/topology/topology.hpp>
#include <core/engine/instance.hpp>
#include <core/engine/turn.hpp>
#include <kith/hosting/peers.hpp>

#include <string_view>
#include <vector>

namespace kith::core {

class StrategySeat final : public DiscoverySeat {
  public:
    /// turn: asked for one after each input.
    StrategySeat(LiveTopology &topology, SourceId source, Turn &turn)
        : topology_(topology), source_(source), turn_(turn), reader_(turn.random_seed()) {}

    /// Before the instance starts.
    void bind(Instance &instance) { instance_ = &instance; }

    std::int32_t replace(const kith_peer *peers, std::uint32_t count, std::uint32_t stride) override;
    std::int32_t update(const kith_peer *upserted, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
                        std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count) override;
    std::int32_t watching(bool in_sync) override;
    std::int32_t heard() override;
    std::int32_t failed(std::int32_t status, std::string_view text) override;
    std::int32_t left_out(std::uint32_t items, std::string_view reason) override;

  private:
    std::int32_t answer(const Status &outcome);
    Status refuse(Status outcome); // counted as a failed observation
    void reported(bool empty);
    Status read(const kith_peer *peers, std::uint32_t count, std::uint32_t stride);

    LiveTopology &topology_;
    SourceId source_;
    Turn &turn_;
    Instance *instance_ = nullptr;
    PeerReader reader_;
    bool doubted_ = false; // its last set was empty, and it cannot have seen that
    std::vector<std::string_view> missing_, left_;
};

} // namespace kith::core
