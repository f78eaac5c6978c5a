// SPDX-License-Identifier: MIT
#include <core/engine/isolation_choice.hpp>
#include <core/engine/reload_in_progress.hpp>
#include <core/engine/replacement_in_progress.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace kith::core {

namespace {

constexpr Time drain_bound = 2'000'000'000; // for sinks to take the events that still wait, at the end

} // namespace

Engine::Engine(World &world, Logger &logger, const Config &config, const Registry &registry, InstanceMaker *isolator)
    : world_(world),
      logger_(logger),
      isolator_(isolator),
      config_(&config),
      registry_(registry),
      rights_(config),
      bus_(EventBusLimits{.events = config.events.ring}),
      engine_loop_(
          world, [this] { act(); }, [this] { bus_.set_wall(engine_loop_.now(), engine_loop_.wall()); }) {
    bus_.set_wall(engine_loop_.now(), engine_loop_.wall());
    for (const Sink &sink : config.sinks) {
        sinks_.push_back(std::make_unique<SinkUnit>(*this, sink, *registry.find(KITH_KIND_SINK, sink.plugin)));
    }
    for (const ConnectorInstance &instance : config.connectors) {
        connectors_.push_back(
            std::make_unique<Connector>(*this, instance, *registry.find(KITH_KIND_CONNECTOR, instance.plugin)));
    }
    for (const Topology &topology : config.topologies) {
        topologies_.push_back(std::make_unique<Unit>(*this, connector(topology.connector), topology));
    }
}

Engine::~Engine() {
    replacement_.reset();
    replacement_trial_.reset();
    retired_.clear();
    topologies_.clear(); // before the reconcilers they use
    leaving_topologies_.clear();
}

Engine::Connector &Engine::connector(const std::string &name) {
    return **std::find_if(connectors_.begin(), connectors_.end(), [&](const auto &c) { return c->name == name; });
}

template <class F>
void Engine::each_supervisor(F &&function) {
    for (const auto *sinks : {&sinks_, &leaving_sinks_}) {
        for (const auto &sink : *sinks) function(sink->supervisor);
    }
    for (const auto *connectors : {&connectors_, &leaving_connectors_}) {
        for (const auto &connector : *connectors) function(connector->supervisor);
    }
    for (const auto *topologies : {&topologies_, &leaving_topologies_}) {
        for (const auto &unit : *topologies) {
            for (const auto &strategy : unit->strategies) function(strategy->supervisor);
        }
    }
    if (replacement_) {
        for (const auto &candidate : replacement_->candidates) function(*candidate->supervisor);
    }
    for (const auto &retired : retired_) {
        for (const auto &candidate : retired->candidates) function(*candidate->supervisor);
    }
}

void Engine::start() {
    const Time now = engine_loop_.now();
    bus_.set_wall(now, engine_loop_.wall());
    phase_ = Phase::running;
    for (auto &sink : sinks_) sink->supervisor.start(now); // first, so that they receive the events of the others
    tell_plugins(now);
    for (const SecurityWarning &warning : config_->security) publish_warning(warning, now);
    for (auto &unit : topologies_) {
        unit->topology.start(now);
        unit->start_files();
    }
    for (auto &connector : connectors_) connector->supervisor.start(engine_loop_.now());
    for (auto &unit : topologies_) unit->start_strategies(engine_loop_.now());
    engine_loop_.soon();
}

void Engine::publish_warning(const SecurityWarning &warning, Time now) {
    bus_.publish({.kind = KITH_EVENT_SECURITY_WARNING,
                  .topology = warning.topology,
                  .connector = warning.connector,
                  .source = warning.source,
                  .reason = warning.message},
                 now);
}

void Engine::warn(std::string_view instance, std::string_view text) {
    constexpr std::string_view connectors = "connectors.";
    const Time now = engine_loop_.now();
    bus_.set_wall(now, engine_loop_.wall());
    const std::string reason = std::string(instance) + ": " + std::string(text);
    const bool of_connector = instance.starts_with(connectors);
    bus_.publish({.kind = KITH_EVENT_SECURITY_WARNING,
                  .connector = of_connector ? instance.substr(connectors.size()) : std::string_view{},
                  .reason = reason},
                 now);
}

void Engine::publish_refused_config(std::string_view reason) {
    const Time now = engine_loop_.now();
    bus_.set_wall(now, engine_loop_.wall());
    bus_.publish({.kind = KITH_EVENT_CONFIG_REFUSED, .status = KITH_INVALID, .reason = reason}, now);
}

void Engine::watch_plugins() {
    plugin_file_watch_ = std::make_unique<PluginFileWatch>(world_, engine_loop_, bus_, registry_,
                                                           [this](const std::string &file) { return effect_of_change(file); });
    plugin_file_watch_->start();
}

std::string Engine::effect_of_change(const std::string &file) {
    bool isolated = false, in_process = false;
    each_supervisor([&](InstanceSupervisor &supervisor) {
        const PluginInstance &instance = supervisor.instance();
        if (instance.plugin().library().file() == file) (instance.is_isolated() ? isolated : in_process) = true;
    });
    const std::string name = file.substr(file.rfind('/') + 1);
    if (!isolated || in_process) return "kith goes on with what it has loaded, and the file takes effect at the next start";
    if (!config_->plugins.watch || !on_plugin_changed_)
        return "kith goes on with what it has loaded, and the file takes effect at the next start or by `kith plugins "
               "replace " +
               name + '`';
    if (std::ranges::find(changed_files_, name) == changed_files_.end()) changed_files_.push_back(name);
    engine_loop_.soon();
    return "it takes the place of what is in use if it works (plugins.watch)";
}

void Engine::tell_plugins(Time now) {
    for (const Plugin *plugin : registry_.plugins()) {
        const std::string reason =
            std::string(plugin->id()) + ' ' + std::string(plugin->version()) + " from " + plugin->library().file();
        bus_.publish({.kind = KITH_EVENT_PLUGIN_LOADED, .reason = reason}, now);
    }
    for (const Refusal &refusal : registry_.refused()) {
        const std::string reason = refusal.file + ": " + refusal.rule + ": " + refusal.reason + "; " + refusal.remedy;
        bus_.publish({.kind = KITH_EVENT_PLUGIN_REFUSED, .status = KITH_INVALID, .reason = reason}, now);
    }
    for (const std::string &warning : registry_.warnings())
        bus_.publish({.kind = KITH_EVENT_SECURITY_WARNING, .reason = warning}, now);
}

void Engine::kill() {
    phase_ = Phase::ended;
    each_supervisor([](InstanceSupervisor &supervisor) { supervisor.instance().kill(); });
}

void Engine::refresh() {
    refresh_ = true;
    engine_loop_.soon();
}

Status Engine::order(std::string_view topology, const Order &order) {
    const auto found = std::find_if(topologies_.begin(), topologies_.end(),
                                    [&](const auto &unit) { return unit->topology.name() == topology; });
    if (found == topologies_.end()) return {KITH_NOT_FOUND, "there is no topology `" + std::string(topology) + "`"};
    if (phase_ != Phase::running) return {KITH_CANCELLED, "kith is not running"};
    const Time now = engine_loop_.now();
    bus_.set_wall(now, engine_loop_.wall());
    Status status = (*found)->topology.carry_out(order, now);
    engine_loop_.soon();
    return status;
}

std::optional<std::size_t> Engine::retry(std::string_view file) {
    std::optional<std::size_t> count;
    each_supervisor([&](InstanceSupervisor &supervisor) {
        if (supervisor.instance().plugin().library().file_name() != file) return;
        count = count.value_or(0) + (supervisor.retry(engine_loop_.now()) ? 1 : 0);
    });
    return count;
}

PluginInstance::Dependencies Engine::placed(PluginInstance::Dependencies dependencies, const IsolateSetting &isolate,
                                            const Plugin &plugin) const {
    return isolated(std::move(dependencies), {isolator_, config_->plugins, rights_}, isolate, plugin);
}

void Engine::stop(std::function<void()> done) {
    if (phase_ != Phase::running) return;
    phase_ = Phase::stopping;
    done_ = std::move(done);
    const Time now = engine_loop_.now();
    plugin_file_watch_.reset();
    end_reload();
    end_replacement_trial();
    if (replacement_) end_replacement("kith is stopping", now);
    for (auto &unit : topologies_) unit->stop("kith is stopping", now);
    for (auto &connector : connectors_) connector->reconciler.stop(now);
    for (auto &connector : connectors_) connector->reconciler.advance(now); // cancels what is under way
    for (auto &unit : topologies_) {
        for (auto &strategy : unit->strategies) strategy->supervisor.stop(now);
    }
    for (auto &connector : connectors_) {
        connector->messages.end();
        connector->supervisor.stop(now);
    }
    engine_loop_.soon();
}

void Engine::act() {
    if (phase_ == Phase::idle || phase_ == Phase::ended) return;
    const Time now = engine_loop_.now();
    bus_.set_wall(now, engine_loop_.wall());
    advance(now);
    tell_nodes();
    if (std::exchange(refresh_, false) && phase_ == Phase::running) {
        for (auto &unit : topologies_) {
            for (auto &strategy : unit->strategies) {
                PluginInstance &instance = strategy->supervisor.instance();
                const auto *side = instance.side<kith_discovery_plugin>(KITH_DISCOVERY);
                if (instance.running() && side != nullptr && side->refresh != nullptr)
                    instance.call("discovery.refresh", side->refresh);
            }
        }
        for (auto &connector : connectors_) connector->binding.refresh();
    }
    for (auto &sink : sinks_) sink->binding.deliver();
    for (const auto *sinks : {&sinks_, &leaving_sinks_}) {
        for (const auto &sink : *sinks) sink->members->deliver();
    }
    deliver_members_of_candidates();
    for (const auto *connectors : {&connectors_, &leaving_connectors_}) {
        for (const auto &connector : *connectors) connector->messages.deliver(now);
    }
    if (phase_ != Phase::running) advance_stop(now);
    if (phase_ != Phase::ended) arm();
}

void Engine::advance(Time now) {
    if (plugin_file_watch_ && plugin_file_watch_->next_deadline() <= now) plugin_file_watch_->advance(now);
    each_supervisor([&](InstanceSupervisor &supervisor) {
        if (supervisor.next_deadline() <= now) supervisor.advance(now);
    });
    for (auto &unit : topologies_) unit->advance(now);
    for (auto &unit : leaving_topologies_) unit->advance(now);
    for (const auto *connectors : {&connectors_, &leaving_connectors_}) {
        for (const auto &connector : *connectors) {
            if (connector->reconciler.next_deadline() <= now) connector->reconciler.advance(now);
        }
    }
    if (phase_ == Phase::running) advance_reload(now);
    advance_replacement(now);
    while (!changed_files_.empty() && may_replace() && replacement_trial_ == nullptr) {
        const std::string file = std::move(changed_files_.back());
        changed_files_.pop_back();
        on_plugin_changed_(file);
    }
}

// Strategies are called with the node's name from the queue, not inside the connector's call (T5).
void Engine::tell_nodes() {
    for (auto &connector : connectors_) {
        const std::string_view name = connector->reconciler.node();
        if (name == connector->node_name) continue;
        connector->node_name = name;
        connector->node = {connector->node_name, connector->node.epoch + 1};
        for (auto &unit : topologies_) {
            if (&unit->connector != connector.get()) continue;
            for (auto &strategy : unit->strategies) tell_node(*connector, *strategy);
        }
    }
}

void Engine::tell_node(const Connector &connector, Strategy &strategy) {
    PluginInstance &instance = strategy.supervisor.instance();
    const auto *side = instance.side<kith_node_plugin>(KITH_NODE);
    if (!instance.running() || side == nullptr || side->changed == nullptr) return;
    const kith_str text{connector.node_name.data(), connector.node_name.size()};
    instance.call("node.changed", [&](void *self) { side->changed(self, text, connector.node.epoch); });
}

// Strategies and connectors are stopped first. The sinks have drain_bound to take the last events and are stopped then.
void Engine::advance_stop(Time now) {
    const auto finished = [now](const auto &part) { return part->finished(now); };
    const auto all = [&](const auto &parts) { return std::all_of(parts.begin(), parts.end(), finished); };
    if (phase_ == Phase::stopping) {
        const bool retired = std::ranges::all_of(retired_, [](const auto &one) {
            return std::ranges::all_of(one->candidates, [](const auto &c) { return c->supervisor->finished(); });
        });
        if (!retired) return;
        if (!all(topologies_) || !all(leaving_topologies_) || !all(connectors_) || !all(leaving_connectors_)) return;
        phase_ = Phase::draining;
        drain_until_ = later(now, drain_bound);
    }
    const bool drained = std::all_of(sinks_.begin(), sinks_.end(),
                                     [](const auto &s) { return s->binding.drained() || !s->supervisor.instance().running(); });
    if (drain_until_ != never && (drained || now >= drain_until_)) {
        drain_until_ = never;
        for (auto &sink : sinks_) sink->supervisor.stop(now);
    }
    if (drain_until_ != never || !all(sinks_) || !all(leaving_sinks_)) return;
    phase_ = Phase::ended;
    engine_loop_.at(never);
    if (done_) std::exchange(done_, nullptr)();
}

void Engine::arm() {
    Time next = std::min({drain_until_, reload_deadline(), replacement_deadline()});
    each_supervisor([&](InstanceSupervisor &supervisor) { next = std::min(next, supervisor.next_deadline()); });
    for (const auto *topologies : {&topologies_, &leaving_topologies_}) {
        for (const auto &unit : *topologies) next = std::min(next, unit->next_deadline());
    }
    for (const auto *connectors : {&connectors_, &leaving_connectors_}) {
        for (const auto &connector : *connectors)
            next = std::min({next, connector->reconciler.next_deadline(), connector->messages.next_deadline()});
    }
    if (plugin_file_watch_) next = std::min(next, plugin_file_watch_->next_deadline());
    engine_loop_.at(next);
}

std::string Engine::why(std::string_view name) const {
    std::string text;
    for (const auto &unit : topologies_) {
        text += std::string(unit->topology.name()) + ": " + unit->topology.why(name, engine_loop_.now()) + '\n';
    }
    return text;
}

const LiveTopology *Engine::topology(std::string_view name) const {
    for (const auto &unit : topologies_) {
        if (unit->topology.name() == name) return &unit->topology;
    }
    return nullptr;
}

MessagesBinding *Engine::messages(std::string_view connector) {
    for (const auto &one : connectors_) {
        if (one->name == connector) return &one->messages;
    }
    return nullptr;
}

// An empty name is the only topology.
const LiveTopology *Engine::topology_for_sinks(std::string_view name, Failure &failure) const {
    if (phase_ != Phase::running) {
        failure = {KITH_UNAVAILABLE, "kith is stopping: the topologies have no members any more"};
        return nullptr;
    }
    if (name.empty() && topologies_.size() == 1) return &topologies_.front()->topology;
    const LiveTopology *found = name.empty() ? nullptr : topology(name);
    if (found != nullptr) return found;
    std::string names;
    for (const auto &unit : topologies_) names += (names.empty() ? "`" : ", `") + std::string(unit->topology.name()) + '`';
    if (names.empty()) names = "none";
    if (name.empty() && !topologies_.empty()) {
        failure = {KITH_INVALID, "there are several topologies, so one must be named: " + names};
    } else {
        failure = {KITH_NOT_FOUND, "there is no topology `" + std::string(name) + "`; there are: " + names};
    }
    return nullptr;
}

EngineView Engine::view() const {
    EngineView view{.now = engine_loop_.now(), .wall = engine_loop_.wall(), .running = phase_ == Phase::running, .bus = bus_};
    const auto add = [&](const InstanceSupervisor &supervisor) {
        InstanceView &one = view.instances.emplace_back(instance_view(supervisor.instance()));
        if (supervisor.quarantined()) one.quarantine = supervisor.last_loss();
    };
    for (const auto &connector : connectors_) {
        view.connectors.push_back({connector->name, connector->supervisor.instance().plugin().id(), &connector->reconciler});
        add(connector->supervisor);
    }
    for (const auto &unit : topologies_) {
        TopologyView &topology = view.topologies.emplace_back();
        topology.topology = &unit->topology;
        topology.connector = &unit->connector.reconciler;
        for (const auto &strategy : unit->strategies) {
            const PluginInstance &instance = strategy->supervisor.instance();
            topology.plugins.push_back(instance.plugin().id());
            topology.hosts.push_back(instance.running() ? &instance.handle() : nullptr);
            add(strategy->supervisor);
        }
    }
    for (const auto &sink : sinks_) add(sink->supervisor);
    return view;
}

} // namespace kith::core
