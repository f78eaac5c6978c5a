// SPDX-License-Identifier: MIT
//
// An engine takes a new version of a plugin's file into use while it runs. The instances of the new file start beside those in use, and take
// their places when all of them are ready: nothing of what the former ones have reported is forgotten before the new ones have reported it.
// When one of the new instances fails, or is not ready in time, all of them are stopped, and the former ones have not noticed anything.
#include <core/engine/reload_in_progress.hpp>
#include <core/engine/replacement_in_progress.hpp>
#include <core/reload/find_named.hpp>
#include <kith/hosting/plugin_kind.hpp>
#include <kith/service/messages.h>
#include <kith/service/spool.h>

#include <algorithm>
#include <set>
#include <utility>

namespace kith::core {

namespace {

const Plugin *find_plugin(const Library &library, std::uint32_t kind, std::string_view id) {
    for (const auto &plugin : library.plugins()) {
        if (plugin->kind() == kind && plugin->id() == id) return plugin.get();
    }
    return nullptr;
}

std::string list_of(const std::vector<std::string> &names) {
    std::string text;
    for (const std::string &name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

} // namespace

std::string to_text(const std::vector<PluginReplacement::Version> &versions) {
    std::vector<std::string> texts;
    for (const auto &one : versions)
        texts.push_back(std::string(plugin_kind_name(one.kind)) + ' ' + one.plugin + ' ' + one.before + " -> " + one.after);
    return list_of(texts);
}

Status Engine::may_replace() const {
    if (phase_ != Phase::running) return {KITH_CANCELLED, "kith is not running"};
    if (replacing()) return {KITH_BUSY, "a replacement is under way"};
    if (reloading() || trial_ != nullptr) return {KITH_BUSY, "a reload is under way, or was applied less than 10 s ago"};
    return {};
}

Status Engine::replace(PluginReplacement what) {
    if (Status refused = may_replace(); !refused) return refused;
    const Time now = engine_loop_.now();
    bus_.set_wall(now, engine_loop_.wall());
    auto made = std::make_unique<Replacement>();
    if (Status refused = add_candidates(*made, what); !refused) return refused;
    if (made->candidates.empty()) return {KITH_NOT_FOUND, "no instance in use is of this file"};
    made->began = now;
    if (what.dry_run) {
        what.done(outcome_of(*made, now));
        return {};
    }
    made->what = std::move(what);
    made->deadline = later(now, PluginReplacement::patience);
    replacement_ = std::move(made);
    for (const auto &candidate : replacement_->candidates) {
        candidate->place().instance().set_may_save(Tenant::MaySave::later); // there is one writer at any time
        candidate->supervisor->start(now);
    }
    engine_loop_.soon();
    return {};
}

namespace {

// Why an instance of the plugin cannot run beside that of the former version; empty: it can.
std::string obstacle(const PluginInstance &instance, const Plugin *next, const std::string &id, bool going_back) {
    if (next == nullptr) return "the new file has no plugin `" + id + "` of its kind";
    if (!instance.is_isolated())
        return "it runs in the process of kith, where a library stays loaded (L4): restart kith, which interrupts no link, "
               "or have it run in a process of its own (`isolate`)";
    for (const char *service : {KITH_MESSAGES, KITH_SPOOL}) {
        if (next->declares_service(service) || instance.plugin().declares_service(service))
            return std::string("it uses ") + service +
                   ", which two instances cannot use at once: restart kith, which interrupts no link";
    }
    for (const auto &[flag, name] :
         {std::pair{KITH_FLAG_FOREIGN_IO, "KITH_FLAG_FOREIGN_IO"}, {KITH_FLAG_THREADS, "KITH_FLAG_THREADS"}}) {
        if (!going_back && next->has_flag(flag) && !instance.plugin().has_flag(flag))
            return std::string("the new file declares ") + name +
                   ", which the former one did not, and needs more rights for it: restart kith, if that is meant";
    }
    return {};
}

} // namespace

Status Engine::add_candidates(Replacement &made, const PluginReplacement &what) {
    Status refused;
    const auto add = [&](InstanceSupervisor &place, const auto *configured, auto &&make) {
        const PluginInstance &instance = place.instance();
        if (&instance.plugin().library() != what.former || !refused) return;
        if (configured == nullptr || configured->plugin != instance.plugin().id()) {
            refused = {KITH_INVALID, instance.identity().name + ": it is not in the configuration of the replacement"};
            return;
        }
        const Plugin *next = find_plugin(*what.next, instance.plugin().kind(), configured->plugin);
        if (const std::string why = obstacle(instance, next, configured->plugin, what.going_back); !why.empty())
            refused = {KITH_UNSUPPORTED, instance.identity().name + ": " + why};
        else
            made.candidates.push_back(make(*next));
    };
    for (const auto &sink : sinks_) {
        const Sink *configured = find_named(what.config->sinks, sink->name);
        add(sink->supervisor, configured,
            [&](const Plugin &plugin) { return std::make_unique<SinkCandidate>(*this, *sink, plugin, *configured); });
    }
    for (const auto &connector : connectors_) {
        const ConnectorInstance *configured = find_named(what.config->connectors, connector->name);
        add(connector->supervisor, configured,
            [&](const Plugin &plugin) { return std::make_unique<ConnectorCandidate>(*this, *connector, plugin, *configured); });
    }
    for (const auto &unit : topologies_) {
        const Topology *topology = find_named(what.config->topologies, unit->topology.name());
        for (const auto &strategy : unit->strategies) {
            const Source *configured = topology == nullptr ? nullptr : find_named(topology->sources, strategy->name);
            add(strategy->supervisor, configured, [&](const Plugin &plugin) {
                return std::make_unique<StrategyCandidate>(*this, *unit, *strategy, plugin, *configured);
            });
        }
    }
    return refused;
}

// A library goes after all instances of it, and what follows from their end is done first.
void Engine::remove_retired() {
    const auto used = [&](const Library *library) {
        return library != nullptr && std::ranges::any_of(retired_, [&](const auto &one) {
                   return one->of == library && one->library.get() != library;
               });
    };
    for (auto one = retired_.begin(); one != retired_.end();) {
        if (!(*one)->finished() || used((*one)->library.get())) {
            ++one;
        } else if (std::exchange((*one)->settled, true)) {
            one = retired_.erase(one);
        } else {
            engine_loop_.soon();
            ++one;
        }
    }
}

void Engine::advance_replacement(Time now) {
    remove_retired();
    if (replacement_ == nullptr) return advance_replacement_trial(now);
    Replacement &now_made = *replacement_;
    const auto &all = now_made.candidates;
    for (const auto &candidate : all) {
        if (const std::string why = candidate->fault(); !why.empty())
            return end_replacement(candidate->name() + ": " + why, now);
    }
    const auto mute = std::ranges::find_if(all, [&](const auto &candidate) { return !candidate->ready(now, now_made.began); });
    if (mute != all.end()) {
        if (std::exchange(now_made.rest_until, never) != never) {
            for (const auto &candidate : all) candidate->end_rest();
        }
        if (now >= now_made.deadline) end_replacement((*mute)->name() + ": " + (*mute)->awaited() + " within 10 s", now);
        return;
    }
    if (now_made.rest_until == never) {
        now_made.rest_until = later(now, Replacement::rest);
        for (const auto &candidate : all) candidate->begin_rest();
    }
    const bool at_rest = std::ranges::all_of(all, [](const auto &candidate) { return candidate->at_rest(); });
    if (at_rest || now >= now_made.rest_until) switch_over(now);
}

void Engine::deliver_members_of_candidates() {
    const auto deliver = [](const auto &candidates) {
        for (const auto &candidate : candidates) candidate->deliver();
    };
    if (replacement_) deliver(replacement_->candidates);
    for (const auto &retired : retired_) deliver(retired->candidates);
}

PluginReplacement::Outcome Engine::outcome_of(const Replacement &replacement, Time now) {
    PluginReplacement::Outcome outcome;
    std::set<const Plugin *> plugins;
    for (const auto &candidate : replacement.candidates) {
        outcome.instances.push_back(candidate->name());
        const Plugin &before = candidate->place().instance().plugin();
        if (plugins.insert(&before).second)
            outcome.versions.push_back({before.kind(), std::string(before.id()), std::string(before.version()),
                                        std::string(candidate->supervisor->instance().plugin().version())});
    }
    outcome.duration = now - replacement.began;
    return outcome;
}

void Engine::switch_over(Time now) {
    const std::unique_ptr<Replacement> over = std::move(replacement_);
    const PluginReplacement::Outcome outcome = outcome_of(*over, now);
    const std::shared_ptr<const Config> before =
        owned_config_ != nullptr ? owned_config_ : std::make_shared<const Config>(*config_);
    owned_config_ = over->what.config;
    config_ = owned_config_.get();
    rights_.update(*config_);
    const Library &next = *over->what.next;
    std::unique_ptr<Library> former = over->what.exchange(*over->what.former, std::move(over->what.next));
    for (const auto &candidate : over->candidates) candidate->hand_over(now);
    for (const auto &candidate : over->candidates) candidate->supervisor->stop(now);
    if (plugin_file_watch_ && !over->what.going_back) plugin_file_watch_->taken(next); // else the file stays the newer one
    tell_new_warnings(*before, *config_, now);
    const std::string reason =
        std::string(next.file_name()) + ": " + to_text(outcome.versions) + "; instances: " + list_of(outcome.instances);
    bus_.publish({.kind = KITH_EVENT_PLUGIN_REPLACED, .duration = outcome.duration, .has_duration = true, .reason = reason},
                 now);
    end_replacement_trial();
    if (over->what.taken_back) {
        replacement_trial_ = std::make_unique<ReplacementTrial>();
        replacement_trial_->next = &next;
        replacement_trial_->previous = before;
        replacement_trial_->exchange = over->what.exchange;
        replacement_trial_->taken_back = over->what.taken_back;
        replacement_trial_->until = later(now, ReplacementTrial::length);
        for (const auto &candidate : over->candidates)
            replacement_trial_->watched.emplace_back(&candidate->place(), candidate->place().losses());
    }
    auto retired = std::make_unique<Retired>();
    retired->of = former.get();
    retired->candidates = std::move(over->candidates);
    (replacement_trial_ ? replacement_trial_->former : retired->library) = std::move(former);
    retired_.push_back(std::move(retired));
    engine_loop_.soon();
    if (over->what.done) over->what.done(outcome);
}

void Engine::advance_replacement_trial(Time now) {
    if (replacement_trial_ == nullptr || phase_ != Phase::running) return;
    const auto failed =
        std::ranges::find_if(replacement_trial_->watched, [](const auto &one) { return one.first->losses() != one.second; });
    if (failed != replacement_trial_->watched.end())
        take_back(failed->first->instance().identity().name + ": " + failed->first->last_loss());
    else if (replacement_trial_->until <= now)
        end_replacement_trial();
}

// By the same steps as the replacement: the former version starts beside the new one, and takes over when it works.
void Engine::take_back(const std::string &why) {
    const std::unique_ptr<ReplacementTrial> over = std::move(replacement_trial_);
    publish_refused_version(over->next->file_name(),
                            "the new version failed within 10 s, and the former one comes back: " + why);
    PluginReplacement back{
        .former = over->next,
        .next = std::move(over->former),
        .config = over->previous,
        .exchange = over->exchange,
        .going_back = true,
        .done = [taken_back = over->taken_back, previous = over->previous](const PluginReplacement::Outcome &outcome) {
            if (outcome.failure.empty()) taken_back(previous);
        }};
    static_cast<void>(replace(std::move(back)));
}

// Its instances may still be stopping.
void Engine::end_replacement_trial() {
    if (replacement_trial_ == nullptr) return;
    const auto user = std::ranges::find_if(
        retired_, [&](const auto &one) { return one->of == replacement_trial_->former.get() && one->library == nullptr; });
    if (user != retired_.end()) (*user)->library = std::move(replacement_trial_->former);
    replacement_trial_.reset();
}

void Engine::end_replacement(const std::string &failure, Time now) {
    const std::unique_ptr<Replacement> over = std::move(replacement_);
    PluginReplacement::Outcome outcome = outcome_of(*over, now);
    outcome.failure = failure;
    for (const auto &candidate : over->candidates) {
        candidate->end_rest();
        candidate->supervisor->instance().set_may_save(Tenant::MaySave::never);
        candidate->place().instance().set_may_save(Tenant::MaySave::now);
        candidate->supervisor->stop(now);
    }
    if (over->what.going_back)
        publish_refused_version(over->what.former->file_name(),
                                "the former version does not come back, and the new one goes on: " + failure);
    else
        publish_not_replaced(over->what.former->file_name(), failure);
    auto retired = std::make_unique<Retired>();
    retired->of = over->what.next.get();
    retired->library = std::move(over->what.next);
    retired->candidates = std::move(over->candidates);
    retired_.push_back(std::move(retired));
    if (over->what.done) over->what.done(outcome);
}

void Engine::publish_not_replaced(std::string_view file, std::string_view why) {
    publish_refused_version(file, "the new version is not taken into use, and the former one goes on: " + std::string(why));
}

void Engine::publish_refused_version(std::string_view file, const std::string &text) {
    const Time now = engine_loop_.now();
    bus_.set_wall(now, engine_loop_.wall());
    const std::string reason = std::string(file) + ": " + text;
    bus_.publish({.kind = KITH_EVENT_PLUGIN_REFUSED, .status = KITH_INVALID, .reason = reason}, now);
}

Time Engine::replacement_deadline() const {
    Time next = replacement_trial_ == nullptr ? never : replacement_trial_->until;
    if (replacement_ == nullptr) return next;
    const bool waits = std::ranges::any_of(replacement_->candidates,
                                           [](const auto &one) { return one->supervisor->instance().waits_to_save(); });
    const Time patience = later(replacement_->began, Candidate::state_patience);
    if (waits && patience > engine_loop_.now()) next = std::min(next, patience);
    return std::min({next, replacement_->deadline, replacement_->rest_until});
}

} // namespace kith::core
