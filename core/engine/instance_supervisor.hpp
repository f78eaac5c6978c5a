// SPDX-License-Identifier: MIT
//
// Keeps one instance running: starts it, starts it anew with backoff when it failed, and stops it within a bounded time. Takes
// note of what the instance says and acts at its next advance, never inside a call from a plugin (T5).
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/engine/loop_client.hpp>
#include <core/engine/plugin_instance.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

class InstanceSupervisor final : private InstanceOwner {
  public:
    static constexpr Time stop_bound = 5'000'000'000; // then an instance is abandoned
    static constexpr Time backoff_initial = 1'000'000'000;
    static constexpr Time backoff_max = 60'000'000'000;
    static constexpr Time stable_after = 60'000'000'000; // running for so long, the next failure begins at backoff_initial

    /// connector: for events, the instance's name when it is a connector, else empty. dependencies.owner is replaced by the supervisor.
    /// on_lost: it does not run any more, or never did; what it said no longer holds.
    InstanceSupervisor(const Plugin &plugin, PluginInstance::Identity identity, std::string_view options,
                       PluginInstance::Dependencies dependencies, std::string connector, EventBus &bus, LoopClient &loop_client,
                       std::function<void(const Failure &)> on_lost);

    PluginInstance &instance() { return instance_; }
    const PluginInstance &instance() const { return instance_; }

    void start(Time now);
    /// For good. Done when finished().
    void stop(Time now);
    void advance(Time now);
    Time next_deadline() const;
    bool finished() const { return finished_; }

  private:
    void on_stopped(PluginInstance &) override;
    void on_failed(PluginInstance &, Failure failure) override;
    void on_stalled(PluginInstance &, const char *what, std::uint64_t nanoseconds) override;

    void lost(const Failure &failure, std::uint32_t kind, std::string_view reason, Time now);
    void begin_stop(Time now);

    struct Stall {
        const char *what;
        std::uint64_t nanoseconds;
    };

    PluginInstance instance_;
    std::string connector_;
    EventBus &bus_;
    LoopClient &loop_client_;
    std::function<void(const Failure &)> on_lost_;
    std::optional<Failure> failure_; // noted, not acted upon yet
    std::vector<Stall> stalls_;      // the same
    Time deadline_ = never;          // of the stop that is under way, or of the next start
    Time backoff_ = backoff_initial;
    Time started_ = 0;
    bool ending_ = false; // stop() was called
    bool finished_ = false;
    bool settled_ = false; // a turn has passed since it said `stopped`
};

} // namespace kith::core
