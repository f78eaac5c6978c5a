// SPDX-License-Identifier: MIT
//
// Connects a reconciler with a connector plugin: calls the plugin's operations, and passes the plugin's reports to the
// reconciler.
#pragma once

#include <core/cluster/reconciler/reconciler.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/plugin_instance.hpp>
#include <kith/hosting/peer_and_link_readers.hpp>

#include <string>
#include <vector>

namespace kith::core {

class ConnectorBinding final : public ConnectorReceiver, public Connector {
  public:
    /// engine_loop: a turn is requested from it after each input. world: assigns the ids of operations (T3).
    ConnectorBinding(World &world, EngineLoop &engine_loop) : world_(world), engine_loop_(engine_loop) {}

    /// Call before the instance starts. Both arguments outlive the run of the instance.
    void bind(PluginInstance &instance, Reconciler &reconciler) {
        instance_ = &instance;
        reconciler_ = &reconciler;
    }

    // ConnectorReceiver
    std::int32_t done(std::uint64_t op, std::int32_t status, std::string_view text) override;
    std::int32_t attached(std::string_view node, std::uint64_t epoch) override;
    std::int32_t detached(std::int32_t status, std::string_view text) override;
    std::int32_t links(std::uint64_t epoch, const kith_link *links, std::uint32_t count, std::uint32_t stride) override;
    std::int32_t link_up(std::uint64_t epoch, const kith_link *link) override;
    std::int32_t link_down(std::uint64_t epoch, std::string_view name, std::string_view reason) override;

    // Connector
    StartedOperation connect(const PeerView &peer) override;
    StartedOperation disconnect(const PeerView &peer) override;
    void cancel(std::uint64_t op) override;
    void refresh() override;

  private:
    using Operation = std::int32_t (*)(void *self, std::uint64_t op, const kith_peer *peer);
    const kith_connector_plugin *side() const;
    StartedOperation begin(const char *what, Operation operation, const PeerView &peer);
    std::int32_t answer(const Status &status);

    World &world_;
    EngineLoop &engine_loop_;
    PluginInstance *instance_ = nullptr;
    Reconciler *reconciler_ = nullptr;
    LinkReader reader_;
    std::vector<kith_attribute> attributes_;
};

} // namespace kith::core
