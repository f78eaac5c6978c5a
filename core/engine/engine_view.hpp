// SPDX-License-Identifier: MIT
//
// Read-only view of an engine: its topologies, connectors and instances. Reading it never calls a plugin.
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/topology/topology.hpp>
#include <core/engine/plugin_instance.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace kith::core {

struct TopologyView {
    const LiveTopology *topology = nullptr;
    const Reconciler *connector = nullptr;
    std::vector<std::string_view> plugins;  ///< the plugin of each source, in the order of the sources
    std::vector<const kith_host *> hosts{}; ///< the handle of each instance, in the same order; null: it does not run
};

struct ConnectorView {
    std::string_view name;
    std::string_view plugin;
    const Reconciler *reconciler = nullptr;
};

struct InstanceView {
    std::string_view name; ///< such as topologies.NAME.SOURCE
    std::string_view plugin;
    std::string_view state; ///< idle (waits to be started, or was refused), running, stopping, stopped, abandoned
    PluginInstance::CallTally calls;
    const InstanceMetrics *metrics = nullptr;
    std::string_view file{};       ///< of its library, without directory
    std::string_view quarantine{}; ///< why it is in quarantine; empty: it is not
};

/// Valid until the next input to the engine.
struct EngineView {
    Time now = 0;
    std::int64_t wall = 0; ///< nanoseconds since 1970, at now
    bool running = false;  ///< started, and not stopping
    const EventBus &bus;
    std::vector<TopologyView> topologies{};
    std::vector<ConnectorView> connectors{};
    std::vector<InstanceView> instances{};
};

constexpr std::string_view to_string(PluginInstance::State state) {
    constexpr std::string_view words[] = {"idle", "running", "stopping", "stopped", "abandoned"};
    return words[static_cast<std::size_t>(state)];
}

inline InstanceView instance_view(const PluginInstance &instance) {
    return {instance.identity().name, instance.plugin().id(), to_string(instance.state()),
            instance.calls(),         &instance.metrics(),    instance.plugin().library().file_name()};
}

} // namespace kith::core
