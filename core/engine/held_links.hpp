// SPDX-License-Identifier: MIT
//
// Keeps what a connector reports until it takes the place of another one, and passes it to the reconciler then.
#pragma once

#include <core/cluster/reconciler/reconciler.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/plugin_report_receivers.hpp>
#include <kith/hosting/peer_and_link_readers.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kith::core {

class PluginInstance;

class HeldLinks final : public ConnectorReceiver {
  public:
    explicit HeldLinks(EngineLoop &engine_loop) : engine_loop_(engine_loop) {}

    /// Call it before the instance starts.
    void bind(PluginInstance &instance) { instance_ = &instance; }

    /// It is attached to a node, and has reported its links.
    bool attached() const { return attached_ && links_known_; }
    /// Why not, by its last report; empty: it has reported nothing.
    const std::string &failure() const { return failure_; }

    /// Passes the attachment on. Later reports are ignored.
    void pass_on(Reconciler &reconciler, Time now);

    std::int32_t done(std::uint64_t op, std::int32_t status, std::string_view text) override;
    std::int32_t attached(std::string_view node, std::uint64_t epoch) override;
    std::int32_t detached(std::int32_t status, std::string_view text) override;
    std::int32_t links(std::uint64_t epoch, const kith_link *links, std::uint32_t count, std::uint32_t stride) override;
    std::int32_t link_up(std::uint64_t epoch, const kith_link *link) override;
    std::int32_t link_down(std::uint64_t epoch, std::string_view name, std::string_view reason) override;

  private:
    struct Held {
        std::vector<std::pair<std::string, std::string>> attributes;
        bool connected = true;
    };
    void keep(const LinkView &link);

    EngineLoop &engine_loop_;
    PluginInstance *instance_ = nullptr;
    LinkReader reader_;
    std::map<std::string, Held, std::less<>> links_; // by name
    std::string node_, failure_;
    std::uint64_t epoch_ = 0;
    bool attached_ = false, links_known_ = false;
    bool over_ = false; // it was passed on
};

} // namespace kith::core
