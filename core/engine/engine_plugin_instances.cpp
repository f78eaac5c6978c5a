// SPDX-License-Identifier: MIT
#include <core/engine/engine_plugin_instances.hpp>

#include <core/cluster/membership/glob.hpp>
#include <core/config/load_config.hpp>
#include <core/engine/configured_node_name.hpp>
#include <kith/hosting/event_kind.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

// The kinds of events that match a sink's filter.
std::uint64_t mask_of(const std::vector<std::string> &filter) {
    if (filter.empty()) return all_events;
    std::uint64_t mask = 0;
    for (std::uint32_t kind = 0; kind < event_kinds; ++kind) {
        const bool wanted = std::any_of(filter.begin(), filter.end(),
                                        [&](const std::string &glob) { return glob_match(glob, event_kind_name(kind)); });
        if (wanted) mask |= std::uint64_t{1} << kind;
    }
    return mask;
}

} // namespace

Engine::Connector::Connector(Engine &engine, const ConnectorInstance &configured, const Plugin &plugin)
    : name(configured.name),
      binding(engine.world_, engine.engine_loop_),
      reconciler(configured.name, plugin.parallel(), binding, engine.bus_, engine.engine_loop_.random_seed()),
      messages(engine.bus_, engine.world_, configured.name, [&engine] { engine.engine_loop_.soon(); }),
      supervisor(plugin, {"connectors." + configured.name, "", ""}, configured.options,
                 engine.placed({.world = engine.world_, .logger = engine.logger_, .connector = &binding, .messages = &messages},
                               configured.isolate, plugin),
                 configured.name, engine.bus_, engine.engine_loop_, [this, &engine](const Failure &failure) {
                     reconciler.lost(failure.status, failure.text, engine.engine_loop_.now());
                 }) {
    binding.bind(supervisor.instance(), reconciler);
    messages.bind(supervisor.instance());
}

void Engine::Connector::renew(Engine &engine, const Plugin &plugin, const ConnectorInstance &configured) {
    supervisor.renew(plugin, configured.options,
                     engine.placed(supervisor.instance().dependencies(), configured.isolate, plugin));
    binding.bind(supervisor.instance(), reconciler);
    messages.bind(supervisor.instance());
}

Engine::Strategy::Strategy(Engine &engine, LiveTopology &topology, SourceId source_, const NodeKnowledge &node,
                           const Source &configured, const Plugin &plugin)
    : name(configured.name),
      source(source_),
      binding(topology, source, engine.engine_loop_),
      supervisor(
          plugin,
          {"topologies." + std::string(topology.name()) + '.' + configured.name, std::string(topology.name()), configured.name},
          configured.options,
          engine.placed({.world = engine.world_,
                         .logger = engine.logger_,
                         .discovery = &binding,
                         .node = &node,
                         .max_peers = topology.policy().max_peers},
                        configured.isolate, plugin),
          "", engine.bus_, engine.engine_loop_, [&engine, &topology, id = source_](const Failure &failure) {
              const Time now = engine.engine_loop_.now();
              topology.watching(id, false, now);
              topology.failed(id, failure.status, failure.text, now);
          }) {
    binding.bind(supervisor.instance());
}

void Engine::Strategy::renew(Engine &engine, const Plugin &plugin, const Source &configured) {
    supervisor.renew(plugin, configured.options,
                     engine.placed(supervisor.instance().dependencies(), configured.isolate, plugin));
    binding.bind(supervisor.instance());
}

Engine::Unit::Unit(Engine &engine, Connector &connector_, const Topology &configured)
    : connector(connector_), topology(configured.name, configured.policy, connector.reconciler, engine.bus_) {
    topology.expect_node(configured_node_name(*engine.config_, configured));
    for (const Source &source : configured.sources) {
        const Plugin *plugin = engine.registry_.find(KITH_KIND_STRATEGY, source.plugin);
        strategies.push_back(std::make_unique<Strategy>(engine, topology, connector.node, source, *plugin));
    }
    if (!engine.config_->state_dir.empty())
        overrides = std::make_unique<OverrideFile>(engine.world_, engine.logger_, engine.engine_loop_, topology,
                                                   engine.config_->state_dir + "/topologies." + configured.name + ".overrides");
    remember(engine, configured);
}

void Engine::Unit::remember(Engine &engine, const Topology &configured) {
    if (!configured.policy.remember || engine.config_->state_dir.empty()) return memory.reset();
    std::vector<RememberedPeersFile::Origin> origins;
    for (const Source &source : configured.sources) {
        const Plugin *plugin = engine.registry_.find(KITH_KIND_STRATEGY, source.plugin);
        origins.push_back({source.name, source.plugin, sum_of(mask_options(source.options, plugin->options()))});
    }
    if (memory) return memory->set_origins(std::move(origins));
    memory = std::make_unique<RememberedPeersFile>(engine.world_, engine.logger_, engine.engine_loop_, topology,
                                                   engine.config_->state_dir + "/topologies." + configured.name + ".peers",
                                                   std::move(origins));
}

void Engine::Unit::start_files() {
    if (overrides) overrides->start();
    if (memory) memory->start();
}

void Engine::Unit::start_strategies(Time now) {
    for (auto &strategy : strategies) strategy->supervisor.start(now);
}

void Engine::Unit::stop(std::string_view reason, Time now) {
    if (memory) memory->stop(now);
    if (overrides) overrides->stop(now);
    topology.stop(reason, now);
}

void Engine::Unit::advance(Time now) {
    if (topology.next_deadline() <= now) topology.advance(now);
    if (memory) memory->advance(now);
    if (overrides) overrides->advance(now);
}

Time Engine::Unit::next_deadline() const {
    Time next = topology.next_deadline();
    if (memory) next = std::min(next, memory->next_deadline());
    if (overrides) next = std::min(next, overrides->next_deadline());
    return next;
}

bool Engine::Unit::finished(Time now) const {
    return std::all_of(strategies.begin(), strategies.end(), [](const auto &one) { return one->supervisor.finished(); }) &&
           (!memory || memory->finished(now)) && (!overrides || overrides->finished(now));
}

bool Engine::Unit::abandoned() const {
    return std::any_of(strategies.begin(), strategies.end(), [](const auto &one) { return one->supervisor.abandoned(); });
}

Engine::SinkUnit::SinkUnit(Engine &engine, const Sink &configured, const Plugin &plugin)
    : name(configured.name),
      binding(engine.bus_, engine.world_, mask_of(configured.filter), engine.config_->events.queue,
              [&engine] { engine.engine_loop_.soon(); }),
      members(make_members(engine)),
      supervisor(plugin, {"sinks." + configured.name, "", ""}, configured.options,
                 engine.placed({.world = engine.world_, .logger = engine.logger_, .sink = &binding, .members = members.get()},
                               configured.isolate, plugin),
                 "", engine.bus_, engine.engine_loop_,
                 [this](const Failure &failure) { failure.crashed ? binding.crashed() : binding.reset(); }) {
    binding.attach(supervisor.instance());
    members->attach(supervisor.instance());
}

std::unique_ptr<MembersBinding> Engine::SinkUnit::make_members(Engine &engine) {
    return std::make_unique<MembersBinding>(
        engine.bus_, engine.world_,
        [&engine](std::string_view which, Failure &failure) { return engine.topology_for_sinks(which, failure); },
        [&engine] { engine.engine_loop_.soon(); }, [&engine] { return engine.engine_loop_.now(); });
}

} // namespace kith::core
