// SPDX-License-Identifier: MIT
//
// An engine takes another configuration while it runs. First everything that goes or is started anew stops, and only when all of it has stopped
// the new parts start: so a new instance finds the port free that an old one had. What is not touched by the plan goes on as if nothing happened.
#include <core/engine/reload_in_progress.hpp>
#include <core/reload/find_named.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

using PlanPart = ReloadPlan::Part;
using Kind = ReloadPlan::Kind;
using Action = ReloadPlan::Action;

bool goes(const PlanPart &part) { return part.action == Action::removed || part.action == Action::rebuilt; }
bool comes(const PlanPart &part) { return part.action == Action::added || part.action == Action::rebuilt; }

constexpr const char *changed_options =
    "its options have changed; the last known peers are kept until it has looked with the new ones";

template <class Units>
auto find_topology(Units &units, std::string_view name) {
    return std::find_if(units.begin(), units.end(), [&](const auto &unit) { return unit->topology.name() == name; });
}

std::string summary_of(const ReloadPlan &plan) {
    std::string text;
    std::size_t shown = 0;
    for (const std::string &line : describe(plan)) {
        if (++shown > 8) break;
        text += (text.empty() ? "" : "; ") + line;
    }
    if (shown > 8) text += "; and " + std::to_string(plan.parts.size() - 8) + " more";
    return text;
}

} // namespace

std::vector<ReloadEffect> Engine::foresee(const Config &next) const {
    std::vector<ReloadEffect> effects;
    for (const auto &unit : topologies_) {
        const auto *running = find_named(config_->topologies, unit->topology.name());
        const auto *after = find_named(next.topologies, unit->topology.name());
        if (running == nullptr) continue;
        ReloadEffect effect = core::foresee(unit->topology, *running, after, engine_loop_.now());
        if (effect.any()) effects.push_back(std::move(effect));
    }
    return effects;
}

bool Engine::reload(std::shared_ptr<const Config> next, std::function<void(const std::string &failure)> done) {
    if (phase_ != Phase::running || reload_ != nullptr || replacement_ != nullptr) return false;
    trial_.reset();
    end_replacement_trial();
    bus_.set_wall(engine_loop_.now(), engine_loop_.wall());
    begin_reload(std::move(next), {}, std::move(done));
    return true;
}

void Engine::begin_reload(std::shared_ptr<const Config> next, std::string rolling_back,
                          std::function<void(const std::string &failure)> done) {
    const Time now = engine_loop_.now();
    reload_ = std::make_unique<Reload>();
    reload_->plan = plan_reload(*config_, *next);
    reload_->rolling_back = std::move(rolling_back);
    reload_->done = std::move(done);
    if (reload_->rolling_back.empty())
        reload_->previous = owned_config_ != nullptr ? owned_config_ : std::make_shared<const Config>(*config_);
    tell_new_warnings(*config_, *next, now);
    owned_config_ = std::move(next);
    config_ = owned_config_.get();
    rights_.update(*config_);
    for (const PlanPart &part : reload_->plan.parts) {
        if (part.kind == Kind::topology && goes(part)) stop_topology(part, now);
    }
    for (const PlanPart &part : reload_->plan.parts) {
        switch (part.kind) {
        case Kind::connector: stop_connector(part, now); break;
        case Kind::topology:
            if (part.action == Action::changed) change_policy(part, now);
            break;
        case Kind::strategy: restart_strategy(part, now); break;
        case Kind::sink: stop_sink(part, now); break;
        case Kind::settings: break;
        }
    }
    engine_loop_.soon();
}

// ---- what goes ----

void Engine::stop_topology(const PlanPart &part, Time now) {
    const auto found = find_topology(topologies_, part.name);
    if (found == topologies_.end()) return;
    Unit &unit = **found;
    if (part.action == Action::rebuilt) {
        Reload::Orders orders{part.name, unit.topology.overrides().paused_until(), {}};
        unit.topology.overrides().each_hold([&](std::string_view name, Time until) {
            orders.held.push_back({std::string(name), until});
        });
        reload_->orders.push_back(std::move(orders));
    }
    unit.stop(part.action == Action::removed ? "it is not configured any more" : "it is built anew with its new configuration",
              now);
    for (auto &strategy : unit.strategies) strategy->supervisor.stop(now);
    leaving_topologies_.push_back(std::move(*found));
    topologies_.erase(found);
}

void Engine::stop_connector(const PlanPart &part, Time now) {
    const auto found =
        std::find_if(connectors_.begin(), connectors_.end(), [&](const auto &c) { return c->name == part.name; });
    if (found == connectors_.end()) return;
    Connector &connector = **found;
    if (goes(part)) {
        connector.reconciler.stop(now);
        connector.reconciler.advance(now); // cancels what is under way
        connector.messages.end();
        connector.supervisor.stop(now);
        leaving_connectors_.push_back(std::move(*found));
        connectors_.erase(found);
    } else if (part.action == Action::restarted) {
        connector.reconciler.lost(KITH_CANCELLED, "its options have changed; it is started anew with the new ones", now);
        connector.supervisor.stop(now);
        reload_->restarts.push_back({&connector.supervisor, [this, &connector] {
                                         const auto *configured = find_named(config_->connectors, connector.name);
                                         connector.renew(*this, *registry_.find(KITH_KIND_CONNECTOR, configured->plugin),
                                                         *configured);
                                     }});
    }
}

void Engine::restart_strategy(const PlanPart &part, Time now) {
    for (auto &unit : topologies_) {
        for (auto &strategy : unit->strategies) {
            if (std::string(unit->topology.name()) + '.' + strategy->name != part.name) continue;
            unit->topology.restarted(strategy->source, changed_options, now);
            strategy->supervisor.stop(now);
            reload_->restarts.push_back({&strategy->supervisor, [this, its_unit = unit.get(), its = strategy.get()] {
                                             const auto *topology = find_named(config_->topologies, its_unit->topology.name());
                                             const auto *source = find_named(topology->sources, its->name);
                                             its->renew(*this, *registry_.find(KITH_KIND_STRATEGY, source->plugin), *source);
                                             its_unit->remember(*this, *topology);
                                         }});
            return;
        }
    }
}

void Engine::stop_sink(const PlanPart &part, Time now) {
    const auto found = std::find_if(sinks_.begin(), sinks_.end(), [&](const auto &sink) { return sink->name == part.name; });
    if (found == sinks_.end()) return;
    (*found)->supervisor.stop(now);
    leaving_sinks_.push_back(std::move(*found));
    sinks_.erase(found);
}

void Engine::change_policy(const PlanPart &part, Time now) {
    const auto found = find_topology(topologies_, part.name);
    const auto *configured = find_named(config_->topologies, part.name);
    if (found == topologies_.end() || configured == nullptr) return;
    (*found)->topology.set_policy(configured->policy, now);
    const bool remembered = (*found)->memory != nullptr;
    (*found)->remember(*this, *configured);
    if (!remembered && (*found)->memory) (*found)->memory->start();
}

void Engine::tell_new_warnings(const Config &before, const Config &after, Time now) {
    for (const SecurityWarning &warning : after.security) {
        if (std::find(before.security.begin(), before.security.end(), warning) == before.security.end())
            publish_warning(warning, now);
    }
}

// ---- what comes ----

// Leaves behind what was abandoned: its plugin may still use its handle.
void Engine::remove_finished(Time now) {
    const auto over = [now](const auto &part) { return part->finished(now) && !part->abandoned(); };
    std::erase_if(leaving_topologies_, over);
    std::erase_if(leaving_sinks_, over);
    std::erase_if(leaving_connectors_, [&](const auto &connector) {
        return over(connector) && std::none_of(leaving_topologies_.begin(), leaving_topologies_.end(),
                                               [&](const auto &unit) { return &unit->connector == connector.get(); });
    });
}

void Engine::advance_reload(Time now) {
    remove_finished(now);
    if (trial_ != nullptr && reload_ == nullptr) return advance_trial(now);
    if (reload_ == nullptr) return;
    const auto gone = [now](const auto &part) { return part->finished(now); };
    const bool stopped = std::all_of(leaving_topologies_.begin(), leaving_topologies_.end(), gone) &&
                         std::all_of(leaving_connectors_.begin(), leaving_connectors_.end(), gone) &&
                         std::all_of(leaving_sinks_.begin(), leaving_sinks_.end(), gone) &&
                         std::all_of(reload_->restarts.begin(), reload_->restarts.end(),
                                     [](const auto &restart) { return restart.supervisor->finished(); });
    if (stopped) start_new_parts(now);
}

void Engine::start_new_parts(Time now) {
    for (const PlanPart &part : reload_->plan.parts) {
        if (part.kind == Kind::sink && part.action != Action::removed) {
            const auto *configured = find_named(config_->sinks, part.name);
            sinks_.push_back(
                std::make_unique<SinkUnit>(*this, *configured, *registry_.find(KITH_KIND_SINK, configured->plugin)));
            start_in_reload(sinks_.back()->supervisor, now);
        } else if (part.kind == Kind::connector && comes(part)) {
            const auto *configured = find_named(config_->connectors, part.name);
            connectors_.push_back(
                std::make_unique<Connector>(*this, *configured, *registry_.find(KITH_KIND_CONNECTOR, configured->plugin)));
            start_in_reload(connectors_.back()->supervisor, now);
        }
    }
    for (const auto &restart : reload_->restarts) {
        restart.renew();
        start_in_reload(*restart.supervisor, now);
    }
    for (const PlanPart &part : reload_->plan.parts) {
        if (part.kind == Kind::topology && comes(part)) start_topology(part, now);
    }
    conclude_reload(now);
}

void Engine::start_topology(const PlanPart &part, Time now) {
    const auto *configured = find_named(config_->topologies, part.name);
    topologies_.push_back(std::make_unique<Unit>(*this, connector(configured->connector), *configured));
    Unit &unit = *topologies_.back();
    unit.topology.start(now);
    unit.start_files();
    for (const Reload::Orders &orders : reload_->orders) {
        if (orders.topology == part.name) unit.topology.restore(orders.paused_until, orders.held, "the reload", now);
    }
    for (auto &strategy : unit.strategies) start_in_reload(strategy->supervisor, now);
}

void Engine::start_in_reload(InstanceSupervisor &supervisor, Time now) {
    supervisor.start(now);
    reload_->started.push_back(&supervisor);
}

void Engine::conclude_reload(Time now) {
    std::string failure;
    for (const InstanceSupervisor *supervisor : reload_->started) {
        if (!supervisor->instance().running() && failure.empty())
            failure = supervisor->instance().identity().name + ": " + supervisor->last_loss();
    }
    const std::unique_ptr<Reload> over = std::move(reload_);
    if (!over->rolling_back.empty()) { // the configuration that ran before: whatever fails now is tried again as at a start
        bus_.publish({.kind = KITH_EVENT_CONFIG_REFUSED, .status = KITH_INVALID, .reason = over->rolling_back}, now);
        if (over->done) over->done(over->rolling_back);
    } else if (!failure.empty()) {
        begin_reload(over->previous, "the former configuration is in force again: " + failure, over->done);
    } else {
        const std::string summary = summary_of(over->plan);
        bus_.publish({.kind = KITH_EVENT_CONFIG_RELOADED, .reason = summary}, now);
        watch_started(*over, now);
        if (over->done) over->done({});
    }
}

void Engine::watch_started(const Reload &over, Time now) {
    if (over.started.empty()) return;
    trial_ = std::make_unique<ReloadTrial>();
    trial_->previous = over.previous;
    trial_->until = later(now, ReloadTrial::length);
    for (InstanceSupervisor *supervisor : over.started) trial_->watched.emplace_back(supervisor, supervisor->losses());
}

void Engine::advance_trial(Time now) {
    for (const auto &[supervisor, losses] : trial_->watched) {
        if (supervisor->losses() == losses) continue;
        const std::string reason = "the former configuration is in force again: " + supervisor->instance().identity().name +
                                   " failed within 10 s: " + supervisor->last_loss();
        const auto previous = trial_->previous;
        trial_.reset();
        begin_reload(previous, reason, [this, previous](const std::string &why) {
            if (on_rollback_) on_rollback_(previous, why);
        });
        return;
    }
    if (trial_->until <= now) trial_.reset();
}

// kith stops: nothing new starts any more.
void Engine::end_reload() {
    trial_.reset();
    if (reload_ == nullptr) return;
    const auto done = std::move(reload_->done);
    reload_.reset();
    if (done) done("kith is stopping");
}

Time Engine::reload_deadline() const { return trial_ == nullptr ? never : trial_->until; }

} // namespace kith::core
