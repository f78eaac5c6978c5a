// SPDX-License-Identifier: MIT
#include <core/engine/keeper.hpp>

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

Instance::Surroundings owned_by(Instance::Surroundings surroundings, InstanceOwner &owner) {
    surroundings.owner = &owner;
    return surroundings;
}

} // namespace

Keeper::Keeper(const Plugin &plugin, Instance::Identity identity, std::string_view options, Instance::Surroundings surroundings,
               std::string connector, EventBus &bus, Turn &turn, std::function<void(const Failure &)> on_lost)
    : instance_(plugin, std::move(identity), options, owned_by(surroundings, *this)),
      connector_(std::move(connector)),
      bus_(bus),
      turn_(turn),
      on_lost_(std::move(on_lost)) {}

void Keeper::start(Time now) {
    deadline_ = never;
    started_ = now;
    failure_.reset(); // of the run before
    const auto outcome = instance_.start();
    if (outcome) return;
    failure_.reset();
    Failure failure = outcome.error();
    if (failure.text.empty()) failure.text = status_sentence(failure.status);
    if (failure.final) {
        // The options do not change by waiting: it is not tried again.
        lost(failure, KITH_EVENT_PLUGIN_REFUSED,
             "E1: it cannot be used: " + failure.text +
                 "; it is not tried again before kith is started anew (possibly with another config: `kith check` names what "
                 "is wrong with it)",
             now);
        finished_ = true;
        return;
    }
    lost(failure, KITH_EVENT_PLUGIN_FAILED, "it did not start: " + failure.text, now);
    deadline_ = later(now, backoff_);
    backoff_ = std::min(backoff_ * 2, backoff_max);
}

void Keeper::stop(Time now) {
    ending_ = true;
    switch (instance_.state()) {
    case Instance::State::running: begin_stop(now); break;
    case Instance::State::stopping:
    case Instance::State::stopped: break; // advance goes on from there
    case Instance::State::idle:
    case Instance::State::abandoned: finished_ = true; break;
    }
    turn_.soon();
}

void Keeper::begin_stop(Time now) {
    deadline_ = later(now, stop_bound);
    instance_.stop();
}

void Keeper::advance(Time now) {
    for (const Stall &stall : std::exchange(stalls_, {})) {
        const std::string reason = std::string(stall.what) + " took so long to return; nothing else could run meanwhile";
        bus_.publish({.kind = KITH_EVENT_PLUGIN_STALLED,
                      .duration = stall.nanoseconds,
                      .has_duration = true,
                      .topology = instance_.identity().topology,
                      .connector = connector_,
                      .source = instance_.identity().source,
                      .reason = reason},
                     now);
    }
    if (failure_ && instance_.running()) {
        const Failure failure = *std::exchange(failure_, std::nullopt);
        lost(failure, KITH_EVENT_PLUGIN_FAILED, failure.text.empty() ? status_sentence(failure.status) : failure.text, now);
        if (now - started_ >= stable_after) backoff_ = backoff_initial;
        begin_stop(now);
    }
    if (instance_.state() == Instance::State::stopped) {
        // What it posted before it said so is delivered first: the turn that is asked for here comes behind that.
        if (!std::exchange(settled_, true)) return turn_.soon();
        settled_ = false;
        instance_.destroy();
        deadline_ = never;
        if (ending_) {
            finished_ = true;
        } else {
            deadline_ = later(now, backoff_);
            backoff_ = std::min(backoff_ * 2, backoff_max);
        }
        return;
    }
    if (now < deadline_) return;
    if (instance_.state() == Instance::State::stopping) {
        instance_.abandon();
        deadline_ = never;
        finished_ = true;
        lost({KITH_TIMED_OUT, "abandoned"}, KITH_EVENT_PLUGIN_FAILED,
             "it did not stop within 5 s and was abandoned; only a restart of kith frees what it holds", now);
    } else if (instance_.state() == Instance::State::idle && !ending_) {
        start(now);
    }
}

Time Keeper::next_deadline() const {
    const bool noted = !stalls_.empty() || (failure_ && instance_.running()) || instance_.state() == Instance::State::stopped;
    return noted ? 0 : deadline_;
}

void Keeper::lost(const Failure &failure, std::uint32_t kind, std::string_view reason, Time now) {
    const std::string text = std::string(instance_.plugin().id()) + ": " + std::string(reason);
    bus_.publish({.kind = kind,
                  .status = failure.status,
                  .topology = instance_.identity().topology,
                  .connector = connector_,
                  .source = instance_.identity().source,
                  .reason = text},
                 now);
    if (!ending_) on_lost_({failure.status, text});
}

void Keeper::on_stopped(Instance &) { turn_.soon(); }

void Keeper::on_failed(Instance &, Failure failure) {
    if (!failure_) failure_ = std::move(failure);
    turn_.soon();
}

void Keeper::on_stalled(Instance &, const char *what, std::uint64_t nanoseconds) {
    if (stalls_.size() < 16) stalls_.push_back({what, nanoseconds});
    turn_.soon();
}

} // namespace kith::core
