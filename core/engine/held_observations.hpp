// SPDX-License-Identifier: MIT
//
// Keeps what a strategy reports until it takes the place of another one, and passes it to the topology then.
#pragma once

#include <core/cluster/membership/packed_peer.hpp>
#include <core/cluster/topology/topology.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/plugin_report_receivers.hpp>
#include <kith/hosting/peer_and_link_readers.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::core {

class PluginInstance;

class HeldObservations final : public DiscoveryReceiver {
  public:
    HeldObservations(std::uint32_t max_peers, EngineLoop &engine_loop)
        : max_peers_(max_peers), engine_loop_(engine_loop), reader_(engine_loop.random_seed()) {}

    /// Call it before the instance starts.
    void bind(PluginInstance &instance) { instance_ = &instance; }

    /// It has reported peers, or that it follows every change.
    bool looked() const { return looked_; }
    /// Why not, by its last report; empty: it has reported nothing.
    const std::string &failure() const { return failure_; }
    /// It reported an empty set although none of its operations ended well: why. Empty: it did not.
    const std::string &doubt() const { return doubt_; }

    /// Passes everything on. Later reports are ignored.
    void pass_on(LiveTopology &topology, SourceId source, Time now);

    std::int32_t replace(const kith_peer *peers, std::uint32_t count, std::uint32_t stride) override;
    std::int32_t update(const kith_peer *upserted, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
                        std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count) override;
    std::int32_t watching(bool in_sync) override;
    std::int32_t heard() override;
    std::int32_t failed(std::int32_t status, std::string_view text) override;
    std::int32_t left_out(std::uint32_t items, std::string_view reason) override;

  private:
    struct Held {
        PackedPeer peer;
        std::uint64_t ttl = 0;
        Time at = 0; // when it was reported
    };
    std::int32_t refuse(std::int32_t status, const std::string &text);
    void keep();
    void report();

    const std::uint32_t max_peers_;
    EngineLoop &engine_loop_;
    PluginInstance *instance_ = nullptr;
    PeerReader reader_;
    std::map<std::string, Held, std::less<>> peers_; // by key
    std::vector<std::pair<std::uint32_t, std::string>> left_out_;
    std::string failure_, doubt_;
    bool whole_ = false; // a set was reported, not only changes
    bool looked_ = false, in_sync_ = false, heard_ = false;
    bool over_ = false; // it was passed on
};

} // namespace kith::core
