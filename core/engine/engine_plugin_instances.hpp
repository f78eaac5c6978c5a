// SPDX-License-Identifier: MIT
//
// What an engine is made of: a connector, a strategy, a topology, a sink, each with the plugin instance that serves it. Private to the engine.
#pragma once

#include <core/engine/connector_binding.hpp>
#include <core/engine/engine.hpp>
#include <core/engine/instance_supervisor.hpp>
#include <core/engine/members_binding.hpp>
#include <core/engine/messages_binding.hpp>
#include <core/engine/override_file.hpp>
#include <core/engine/remembered_peers_file.hpp>
#include <core/engine/sink_binding.hpp>
#include <core/engine/strategy_binding.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kith::core {

struct Engine::Connector {
    std::string name;
    ConnectorBinding binding;
    Reconciler reconciler;
    MessagesBinding messages;
    NodeKnowledge node;
    std::string node_name; // what node.name points to
    InstanceSupervisor supervisor;

    Connector(Engine &engine, const ConnectorInstance &configured, const Plugin &plugin);
    /// After the supervisor has finished: another instance, which is not started yet.
    void renew(Engine &engine, const Plugin &plugin, const ConnectorInstance &configured);
    bool finished(Time) const { return supervisor.finished(); }
    bool abandoned() const { return supervisor.abandoned(); }
};

struct Engine::Strategy {
    std::string name; // within its topology
    SourceId source;
    StrategyBinding binding;
    InstanceSupervisor supervisor;

    Strategy(Engine &engine, LiveTopology &topology, const NodeKnowledge &node, const Source &configured, const Plugin &plugin)
        : Strategy(engine, topology, topology.add_source(configured.name), node, configured, plugin) {}
    void renew(Engine &engine, const Plugin &plugin, const Source &configured);

  private:
    Strategy(Engine &engine, LiveTopology &topology, SourceId source, const NodeKnowledge &node, const Source &configured,
             const Plugin &plugin);
};

struct Engine::Unit {
    Connector &connector;
    LiveTopology topology;
    std::unique_ptr<RememberedPeersFile> memory; // null: nothing is remembered
    std::unique_ptr<OverrideFile> overrides;     // null: orders are lost at a restart
    std::vector<std::unique_ptr<Strategy>> strategies;

    Unit(Engine &engine, Connector &connector, const Topology &configured);
    /// Has or has no memory, and of these sources, from now on.
    void remember(Engine &engine, const Topology &configured);
    void start_files();
    void start_strategies(Time now);
    void stop(std::string_view reason, Time now);
    void advance(Time now);
    Time next_deadline() const;
    bool finished(Time now) const;
    bool abandoned() const;
};

struct Engine::SinkUnit {
    std::string name;
    SinkBinding binding;
    std::unique_ptr<MembersBinding> members; // of the instance
    InstanceSupervisor supervisor;

    SinkUnit(Engine &engine, const Sink &configured, const Plugin &plugin);
    static std::unique_ptr<MembersBinding> make_members(Engine &engine);
    bool finished(Time) const { return supervisor.finished(); }
    bool abandoned() const { return supervisor.abandoned(); }
};

} // namespace kith::core
