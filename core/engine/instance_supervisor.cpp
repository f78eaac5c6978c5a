// SPDX-License-Identifier: MIT
#include <core/engine/instance_supervisor.hpp>

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

PluginInstance::Dependencies owned_by(PluginInstance::Dependencies dependencies, InstanceOwner &owner) {
    dependencies.owner = &owner;
    return dependencies;
}

} // namespace

InstanceSupervisor::InstanceSupervisor(const Plugin &plugin, PluginInstance::Identity identity, std::string_view options,
                                       PluginInstance::Dependencies dependencies, std::string connector, EventBus &bus,
                                       EngineLoop &engine_loop, std::function<void(const Failure &)> on_lost)
    : instance_(
          std::make_unique<PluginInstance>(plugin, std::move(identity), options, owned_by(std::move(dependencies), *this))),
      history_(engine_loop.random_seed()),
      connector_(std::move(connector)),
      bus_(bus),
      engine_loop_(engine_loop),
      on_lost_(std::move(on_lost)) {}

void InstanceSupervisor::start(Time now) {
    deadline_ = never;
    started_ = now;
    failure_.reset(); // of the previous run
    const auto outcome = instance_->start();
    if (outcome) return;
    failure_.reset();
    Failure failure = outcome.error();
    if (failure.text.empty()) failure.text = status_sentence(failure.status);
    if (on_trial_) {
        finished_ = true;
        return failed_on_trial(failure);
    }
    if (failure.final) {
        refused(failure, now);
        finished_ = true;
        return;
    }
    lost(failure, KITH_EVENT_PLUGIN_FAILED, "it did not start: " + failure.text, now);
    deadline_ = later(now, backoff_);
    backoff_ = std::min(backoff_ * 2, backoff_max);
}

// Not retried, because the options do not change by waiting.
void InstanceSupervisor::refused(const Failure &failure, Time now) {
    lost(failure, KITH_EVENT_PLUGIN_REFUSED,
         "E1: it cannot be used: " + failure.text +
             "; it is not tried again before kith is started anew (possibly with another config: `kith check` names what is "
             "wrong "
             "with it)",
         now);
}

void InstanceSupervisor::failed_on_trial(const Failure &failure) {
    const std::string text = failure.text.empty() ? std::string(status_sentence(failure.status)) : failure.text;
    on_lost_({failure.status, text, true, failure.crashed});
}

void InstanceSupervisor::crashed(const Failure &failure, Time now) {
    ++crash_count_;
    crashed_ = true;
    if (!history_.add(now)) return lost(failure, KITH_EVENT_PLUGIN_CRASHED, failure.text, now);
    quarantined_ = true;
    publish(failure.status, KITH_EVENT_PLUGIN_CRASHED, failure.text, now);
    lost(failure, KITH_EVENT_PLUGIN_QUARANTINED,
         "it crashed " + std::to_string(CrashHistory::most) + " times within a minute, the last time: " + failure.text +
             "; it is not started again before `kith plugins retry " + std::string(instance_->plugin().library().file_name()) +
             '`',
         now);
}

bool InstanceSupervisor::retry(Time now) {
    if (!std::exchange(quarantined_, false)) return false;
    history_.clear();
    if (instance_->state() == PluginInstance::State::idle && !ending_) deadline_ = now;
    engine_loop_.soon();
    return true;
}

void InstanceSupervisor::stop(Time now) {
    ending_ = true;
    switch (instance_->state()) {
    case PluginInstance::State::running: begin_stop(now); break;
    case PluginInstance::State::stopping:
    case PluginInstance::State::stopped: break; // advance goes on from there
    case PluginInstance::State::idle:
    case PluginInstance::State::abandoned: finished_ = true; break;
    }
    engine_loop_.soon();
}

void InstanceSupervisor::renew(const Plugin &plugin, std::string_view options, PluginInstance::Dependencies dependencies) {
    auto next = std::make_unique<PluginInstance>(plugin, instance_->identity(), options, std::move(dependencies));
    if (instance_->state() == PluginInstance::State::abandoned) abandoned_.push_back(std::move(instance_));
    instance_ = std::move(next);
    failure_.reset();
    stalls_.clear();
    refused_rights_.clear();
    published_rights_ = 0;
    deadline_ = never;
    backoff_ = backoff_initial;
    history_.clear();
    ending_ = finished_ = settled_ = quarantined_ = crashed_ = false;
}

void InstanceSupervisor::take_over(InstanceSupervisor &trial, Time now) {
    std::swap(instance_, trial.instance_);
    std::swap(failure_, trial.failure_);
    std::swap(stalls_, trial.stalls_);
    std::swap(refused_rights_, trial.refused_rights_);
    std::swap(deadline_, trial.deadline_);
    std::swap(settled_, trial.settled_);
    instance_->dependencies().owner = this;
    trial.instance_->dependencies().owner = &trial;
    published_rights_ = refused_rights_.size(); // those that its predecessor was refused too
    started_ = now;
    backoff_ = backoff_initial;
    history_.clear();
    ending_ = finished_ = quarantined_ = crashed_ = false;
}

bool InstanceSupervisor::abandoned() const {
    return !abandoned_.empty() || instance_->state() == PluginInstance::State::abandoned;
}

void InstanceSupervisor::begin_stop(Time now) {
    deadline_ = later(now, stop_bound);
    instance_->stop();
}

void InstanceSupervisor::advance(Time now) {
    for (const Stall &stall : std::exchange(stalls_, {})) {
        const std::string reason = std::string(stall.what) + " took so long to return; nothing else could run meanwhile";
        bus_.publish({.kind = KITH_EVENT_PLUGIN_STALLED,
                      .duration = stall.nanoseconds,
                      .has_duration = true,
                      .topology = instance_->identity().topology,
                      .connector = connector_,
                      .source = instance_->identity().source,
                      .reason = reason},
                     now);
    }
    for (; !on_trial_ && published_rights_ < refused_rights_.size(); ++published_rights_) {
        const std::string reason = std::string(instance_->plugin().id()) + ": " + refused_rights_[published_rights_];
        bus_.publish({.kind = KITH_EVENT_SECURITY_WARNING,
                      .status = KITH_DENIED,
                      .topology = instance_->identity().topology,
                      .connector = connector_,
                      .source = instance_->identity().source,
                      .reason = reason},
                     now);
    }
    if (failure_ && instance_->running()) {
        const Failure failure = *std::exchange(failure_, std::nullopt);
        if (on_trial_)
            failed_on_trial(failure);
        else if (failure.final)
            refused(failure, now);
        else if (failure.crashed)
            crashed(failure, now);
        else
            lost(failure, KITH_EVENT_PLUGIN_FAILED, failure.text.empty() ? status_sentence(failure.status) : failure.text, now);
        if (failure.final || on_trial_) ending_ = true;
        if (now - started_ >= stable_after) backoff_ = backoff_initial;
        begin_stop(now);
    }
    if (instance_->state() == PluginInstance::State::stopped) {
        // Posts that the plugin made before `stopped` are delivered first: the turn that is requested here is queued behind
        // them.
        if (!std::exchange(settled_, true)) return engine_loop_.soon();
        settled_ = false;
        instance_->destroy();
        deadline_ = never;
        const bool after_crash = std::exchange(crashed_, false);
        if (ending_) {
            finished_ = true;
        } else if (after_crash) {
            deadline_ = quarantined_ ? never : later(now, history_.pause());
        } else {
            deadline_ = later(now, backoff_);
            backoff_ = std::min(backoff_ * 2, backoff_max);
        }
        return;
    }
    if (now < deadline_) return;
    if (instance_->state() == PluginInstance::State::stopping) {
        instance_->abandon();
        deadline_ = never;
        finished_ = true;
        lost({KITH_TIMED_OUT, "abandoned"}, KITH_EVENT_PLUGIN_FAILED,
             "it did not stop within 5 s and was abandoned; only a restart of kith frees its resources", now);
    } else if (instance_->state() == PluginInstance::State::idle && !ending_) {
        start(now);
    }
}

Time InstanceSupervisor::next_deadline() const {
    const bool unpublished = !on_trial_ && published_rights_ < refused_rights_.size();
    const bool noted = !stalls_.empty() || unpublished || (failure_ && instance_->running()) ||
                       instance_->state() == PluginInstance::State::stopped;
    return noted ? 0 : deadline_;
}

void InstanceSupervisor::lost(const Failure &failure, std::uint32_t kind, std::string_view reason, Time now) {
    publish(failure.status, kind, reason, now);
    ++losses_;
    if (!ending_) on_lost_({failure.status, last_loss_, failure.final, failure.crashed});
}

void InstanceSupervisor::publish(std::int32_t status, std::uint32_t kind, std::string_view reason, Time now) {
    last_loss_ = std::string(instance_->plugin().id()) + ": " + std::string(reason);
    bus_.publish({.kind = kind,
                  .status = status,
                  .topology = instance_->identity().topology,
                  .connector = connector_,
                  .source = instance_->identity().source,
                  .reason = last_loss_},
                 now);
}

void InstanceSupervisor::on_stopped(PluginInstance &) { engine_loop_.soon(); }

void InstanceSupervisor::on_failed(PluginInstance &, Failure failure) {
    if (!failure_) failure_ = std::move(failure);
    engine_loop_.soon();
}

void InstanceSupervisor::on_stalled(PluginInstance &, const char *what, std::uint64_t nanoseconds) {
    if (stalls_.size() < 16) stalls_.push_back({what, nanoseconds});
    engine_loop_.soon();
}

void InstanceSupervisor::on_right_refused(PluginInstance &, const std::string &text) {
    if (std::ranges::find(refused_rights_, text) == refused_rights_.end()) refused_rights_.push_back(text);
    engine_loop_.soon();
}

} // namespace kith::core
