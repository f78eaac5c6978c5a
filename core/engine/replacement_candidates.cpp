// SPDX-License-Identifier: MIT
//
// The instances of a new version of a plugin's file, each of which takes the place of one of the former version.
#include <core/engine/replacement_in_progress.hpp>
#include <core/reload/find_named.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

void Engine::Candidate::make(Engine &engine, const Plugin &plugin, std::string_view options,
                             PluginInstance::Dependencies dependencies, const std::string &connector) {
    supervisor =
        std::make_unique<InstanceSupervisor>(plugin, place_.instance().identity(), options, std::move(dependencies), connector,
                                             engine.bus_, engine.engine_loop_, [this, &engine](const Failure &failure) {
                                                 failure_ = failure;
                                                 engine.engine_loop_.soon();
                                             });
    supervisor->put_on_trial();
    supervisor->instance().set_may_save(Tenant::MaySave::later);
}

bool Engine::Candidate::ready(Time now, Time began) const {
    return works() || (supervisor->instance().waits_to_save() && now - began >= state_patience);
}

void Engine::Candidate::take_over(Time now) {
    place_.take_over(*supervisor, now);
    supervisor->instance().set_may_save(Tenant::MaySave::never);
    place_.instance().set_may_save(Tenant::MaySave::now);
}

// A right that the former instance was refused too is no fault.
std::string Engine::Candidate::fault() const {
    if (failure_) return failure_->text;
    const auto &known = place_.refused_rights();
    for (const std::string &text : supervisor->refused_rights()) {
        if (std::ranges::find(known, text) == known.end()) return text;
    }
    return {};
}

Engine::StrategyCandidate::StrategyCandidate(Engine &engine, Unit &unit, Strategy &strategy, const Plugin &plugin,
                                             const Source &configured)
    : Candidate(strategy.supervisor),
      engine_(engine),
      unit_(unit),
      strategy_(strategy),
      held_(unit.topology.policy().max_peers, engine.engine_loop_),
      node_epoch_(unit.connector.node.epoch) {
    PluginInstance::Dependencies dependencies = strategy.supervisor.instance().dependencies();
    dependencies.discovery = &held_;
    make(engine, plugin, configured.options, engine.placed(dependencies, configured.isolate, plugin));
    held_.bind(supervisor->instance());
}

std::string Engine::StrategyCandidate::awaited() const {
    return "it has not looked" + (held_.failure().empty() ? std::string() : ": " + held_.failure());
}

std::string Engine::StrategyCandidate::fault() const {
    if (!held_.doubt().empty()) return "it reported an empty set that it cannot have seen: " + held_.doubt();
    return Candidate::fault();
}

void Engine::StrategyCandidate::hand_over(Time now) {
    take_over(now);
    PluginInstance &next = strategy_.supervisor.instance();
    PluginInstance::Dependencies &former = supervisor->instance().dependencies();
    next.dependencies().discovery = &strategy_.binding;
    former.discovery = &held_;
    former.node = nullptr; // its connector may go before it has stopped
    strategy_.binding.bind(next);
    held_.pass_on(unit_.topology, strategy_.source, now);
    held_.bind(supervisor->instance());
    const auto *configured = find_named(engine_.config_->topologies, unit_.topology.name());
    if (configured != nullptr) unit_.remember(engine_, *configured);
    if (unit_.connector.node.epoch != node_epoch_) tell_node(unit_.connector, strategy_);
}

Engine::ConnectorCandidate::ConnectorCandidate(Engine &engine, Connector &connector, const Plugin &plugin,
                                               const ConnectorInstance &configured)
    : Candidate(connector.supervisor), connector_(connector), held_(engine.engine_loop_) {
    PluginInstance::Dependencies dependencies = connector.supervisor.instance().dependencies();
    dependencies.connector = &held_;
    dependencies.messages = nullptr;
    make(engine, plugin, configured.options, engine.placed(dependencies, configured.isolate, plugin), connector.name);
    held_.bind(supervisor->instance());
}

std::string Engine::ConnectorCandidate::awaited() const {
    return "it has not attached" + (held_.failure().empty() ? std::string() : ": " + held_.failure());
}

void Engine::ConnectorCandidate::hand_over(Time now) {
    take_over(now);
    PluginInstance &next = connector_.supervisor.instance();
    PluginInstance::Dependencies &former = supervisor->instance().dependencies();
    next.dependencies().connector = &connector_.binding;
    next.dependencies().messages = std::exchange(former.messages, nullptr);
    former.connector = &held_;
    connector_.binding.bind(next, connector_.reconciler);
    connector_.messages.bind(next);
    if (held_.attached())
        held_.pass_on(connector_.reconciler, now);
    else
        connector_.reconciler.lost(KITH_CANCELLED,
                                   "another version of its plugin has taken its place, and has not attached yet", now);
    held_.bind(supervisor->instance());
}

Engine::SinkCandidate::SinkCandidate(Engine &engine, SinkUnit &sink, const Plugin &plugin, const Sink &configured)
    : Candidate(sink.supervisor), sink_(sink), held_(engine.engine_loop_), members_(SinkUnit::make_members(engine)) {
    PluginInstance::Dependencies dependencies = sink.supervisor.instance().dependencies();
    dependencies.sink = &held_;
    dependencies.members = members_.get();
    make(engine, plugin, configured.options, engine.placed(dependencies, configured.isolate, plugin));
    members_->attach(supervisor->instance());
}

void Engine::SinkCandidate::hand_over(Time now) {
    take_over(now);
    PluginInstance &next = sink_.supervisor.instance();
    next.dependencies().sink = &sink_.binding;
    supervisor->instance().dependencies().sink = &held_;
    std::swap(sink_.members, members_);
    sink_.binding.hand_over(next, held_.mask());
    held_.end();
}

bool Engine::Retired::finished() const {
    return std::ranges::all_of(candidates,
                               [](const auto &one) { return one->supervisor->finished() && !one->supervisor->abandoned(); });
}

} // namespace kith::core
