// SPDX-License-Identifier: MIT
//
// One complete kith: the event bus, a reconciler for each connector, the topologies, and the plugin instances that serve them.
// It uses no sockets, threads or clocks of its own. All input and output goes through the World, so the same engine runs in the
// daemon and in a simulation.
//
// Every function is called on the world's loop.
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/topology/topology.hpp>
#include <core/config/config.hpp>
#include <core/engine/engine_view.hpp>
#include <core/engine/logger.hpp>
#include <core/engine/loop_client.hpp>
#include <core/engine/plugin_file_watch.hpp>
#include <core/loader/registry.hpp>
#include <kith/hosting/world.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class Engine {
  public:
    /// Starts nothing. The arguments outlive the engine. The configuration was loaded with this registry's plugins.
    Engine(World &world, Logger &logger, const Config &config, const Registry &registry);
    ~Engine();
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;

    /// Starts the sinks, then the connectors, then the strategies. A plugin that cannot start is reported by an event; the
    /// others run.
    void start();

    /// Call after start: publishes `plugin.changed` when the file of a plugin in use changes. Simulated machines have no such
    /// files.
    void watch_plugins();

    /// Begins to stop; call it once, after start. `done` is called from the loop when the engine has stopped, after 12 s at
    /// most. Links are not changed.
    void stop(std::function<void()> done);

    /// Allowed in any phase: frees the plugins' resources as if the process were killed; for simulated hosts. Only the
    /// destructor may follow.
    void kill();

    /// Requests an observation from every strategy and a report of all links from every connector.
    void refresh();

    /// Carries out an order of an operator, as LiveTopology::carry_out does; KITH_NOT_FOUND when there is no such topology.
    Status order(std::string_view topology, const Order &order);

    EventBus &bus() { return bus_; }
    Time now() const { return loop_client_.now(); }

    /// The state of a peer in each topology and its reasons, as lines of text.
    std::string why(std::string_view name) const;

    /// Read-only view of all parts. Valid until the next call to the engine or the next turn of the loop.
    EngineView view() const;

    /// The topology of that name; null when there is none.
    const LiveTopology *topology(std::string_view name) const;

  private:
    struct Connector;
    struct Strategy;
    struct Unit;
    struct SinkUnit;
    enum class Phase : std::uint8_t { idle, running, stopping, draining, ended };

    void act();
    void advance(Time now);
    void tell_nodes();
    void tell_plugins(Time now);
    void advance_stop(Time now);
    void arm();
    Connector &connector(const std::string &name);
    template <class F>
    void each_supervisor(F &&function);

    World &world_;
    Logger &logger_;
    const Config &config_;
    const Registry &registry_;
    EventBus bus_;
    LoopClient loop_client_;
    std::vector<std::unique_ptr<Connector>> connectors_;
    std::vector<std::unique_ptr<Unit>> topologies_;
    std::vector<std::unique_ptr<SinkUnit>> sinks_;
    std::unique_ptr<PluginFileWatch> plugin_file_watch_;
    std::function<void()> done_;
    Time drain_until_ = never;
    bool refresh_ = false;
    Phase phase_ = Phase::idle;
};

} // namespace kith::core
