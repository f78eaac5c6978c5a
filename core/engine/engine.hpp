// SPDX-License-Identifier: MIT
//
// All of one kith: the bus, a reconciler for each connector, the topologies, and the plugin instances they run on. Knows no socket,
// no thread and no clock of its own: what reaches outside is the World's, so a whole kith runs in the daemon and in a simulation.
//
// Everything is called on the world's loop.
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
    /// Nothing runs yet. All parts outlive the engine; the configuration has passed load() with this registry's plugins.
    Engine(World &world, Logger &logger, const Config &config, const Registry &registry);
    ~Engine();
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;

    /// Start everything: sinks, connectors, then strategies. What cannot start is told as events; the rest runs.
    void start();

    /// After start: publish it when the file of a plugin in use changes. Not in a simulation, whose machines have no such files.
    void watch_plugins();

    /// Begin to stop; only once, after start. `done` is called from the loop when it has ended, within a bounded time (12 s at worst). Links stay as they
    /// are.
    void stop(std::function<void()> done);

    /// In any phase: frees what the plugins hold, as if the process were killed; for simulated hosts. Then it may only be destroyed.
    void kill();

    /// Ask every strategy to look now, and every connector to tell its links.
    void refresh();

    EventBus &bus() { return bus_; }
    Time now() const { return loop_client_.now(); }

    /// Where a peer stands and why, for each topology: lines for people.
    std::string why(std::string_view name) const;

    /// All parts at this moment, for whoever only reads them. Valid until the next call to the engine or turn of the loop.
    EngineView view() const;

    /// Of the name; null when there is none.
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
