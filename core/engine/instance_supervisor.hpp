// SPDX-License-Identifier: MIT
//
// Keeps one plugin instance running: starts it, restarts it with backoff after a failure, and stops it within a bounded time.
// Reports of the instance are recorded and handled by the next advance(), never inside a call from a plugin (T5).
//
// On trial is an instance that may take the place of another one: its first failure is reported by on_lost alone, and it is not started
// again.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/engine/crash_history.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/plugin_instance.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

class InstanceSupervisor final : private InstanceOwner {
  public:
    static constexpr Time stop_bound = 5'000'000'000; // an instance that has not stopped by then is abandoned
    static constexpr Time backoff_initial = 1'000'000'000;
    static constexpr Time backoff_max = 60'000'000'000;
    static constexpr Time stable_after = 60'000'000'000; // a run of this length resets the backoff

    /// connector: the name to put into events when the instance is a connector, else empty. dependencies.owner is set to the
    /// supervisor. on_lost: called when the instance has failed or could not start; its earlier reports are no longer valid.
    InstanceSupervisor(const Plugin &plugin, PluginInstance::Identity identity, std::string_view options,
                       PluginInstance::Dependencies dependencies, std::string connector, EventBus &bus, EngineLoop &engine_loop,
                       std::function<void(const Failure &)> on_lost);

    PluginInstance &instance() { return *instance_; }
    const PluginInstance &instance() const { return *instance_; }

    /// Before start.
    void put_on_trial() { on_trial_ = true; }

    void start(Time now);
    /// Stops the instance for good. finished() returns true when that is done.
    void stop(Time now);
    void advance(Time now);
    Time next_deadline() const;
    bool finished() const { return finished_; }

    /// When finished(): makes another instance of the same identity, which start() starts. The caller binds it anew. dependencies: of the
    /// former instance, with what has changed.
    void renew(const Plugin &plugin, std::string_view options, PluginInstance::Dependencies dependencies);
    /// Takes the instance of a supervisor on trial, which runs and has not failed, and leaves its own one there, to be stopped. The caller
    /// binds both anew.
    void take_over(InstanceSupervisor &trial, Time now);
    /// An instance of it was abandoned: the supervisor must not be destroyed, because the plugin may still use its handle.
    bool abandoned() const;
    /// How often an instance has failed or could not start, and the text of the last failure.
    std::uint64_t losses() const { return losses_; }
    const std::string &last_loss() const { return last_loss_; }
    /// How often the process of the instance has ended unasked.
    std::uint64_t crashes() const { return crash_count_; }
    /// The texts of the rights that were refused to the instance (PluginRights), each once.
    const std::vector<std::string> &refused_rights() const { return refused_rights_; }
    /// It crashed too often, and is not started again before retry().
    bool quarantined() const { return quarantined_; }
    /// Ends a quarantine. False: it is not quarantined.
    bool retry(Time now);

  private:
    void on_stopped(PluginInstance &) override;
    void on_failed(PluginInstance &, Failure failure) override;
    void on_stalled(PluginInstance &, const char *what, std::uint64_t nanoseconds) override;
    void on_right_refused(PluginInstance &, const std::string &text) override;

    void lost(const Failure &failure, std::uint32_t kind, std::string_view reason, Time now);
    void publish(std::int32_t status, std::uint32_t kind, std::string_view reason, Time now);
    void crashed(const Failure &failure, Time now);
    void refused(const Failure &failure, Time now);
    void failed_on_trial(const Failure &failure);
    void begin_stop(Time now);

    struct Stall {
        const char *what;
        std::uint64_t nanoseconds;
    };

    std::unique_ptr<PluginInstance> instance_;
    std::vector<std::unique_ptr<PluginInstance>> abandoned_; // before the present one
    std::uint64_t losses_ = 0;
    std::string last_loss_;
    CrashHistory history_;
    std::uint64_t crash_count_ = 0;
    std::string connector_;
    EventBus &bus_;
    EngineLoop &engine_loop_;
    std::function<void(const Failure &)> on_lost_;
    std::optional<Failure> failure_;          // reported, not handled yet
    std::vector<Stall> stalls_;               // the same
    std::vector<std::string> refused_rights_; // of the instance; the last ones are not published yet
    std::size_t published_rights_ = 0;
    Time deadline_ = never; // of the stop in progress, or of the next start
    Time backoff_ = backoff_initial;
    Time started_ = 0;
    bool on_trial_ = false;
    bool quarantined_ = false;
    bool crashed_ = false; // the stop in progress is after a crash
    bool ending_ = false;  // stop() was called
    bool finished_ = false;
    bool settled_ = false; // a turn has passed since the plugin reported `stopped`
};

} // namespace kith::core
