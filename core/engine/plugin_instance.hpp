// SPDX-License-Identifier: MIT
//
// One running plugin instance: its handle, its life from create to destroy, and its binding in the world.
#pragma once

#include <core/engine/cluster_services.hpp>
#include <core/engine/instance_metrics.hpp>
#include <core/engine/logger.hpp>
#include <core/failed_result.hpp>
#include <core/loader/library.hpp>
#include <kith/hosting/operation_observer.hpp>
#include <kith/hosting/options.hpp>
#include <kith/hosting/world.hpp>
#include <kith/service/clock.h>
#include <kith/service/node.h>

#include <boost/system/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace kith::core {

/// A failing status and the text that goes with it (E1).
struct Failure {
    std::int32_t status = KITH_INTERNAL;
    std::string text;
    bool final = false; // it was refused: trying again changes nothing
};

class PluginInstance;

/// Told by an instance. Called within calls from plugins, so an owner only takes note and acts later (T5).
class InstanceOwner {
  public:
    virtual void on_stopped(PluginInstance &instance) = 0;
    virtual void on_failed(PluginInstance &instance, Failure failure) = 0;
    /// A call into the plugin took longer than stall_limit. what: static.
    virtual void on_stalled(PluginInstance &instance, const char *what, std::uint64_t nanoseconds) = 0;

  protected:
    ~InstanceOwner() = default;
};

class PluginInstance final : public Tenant {
  public:
    static constexpr std::uint64_t stall_limit = 100'000'000; // nanoseconds in one call into the plugin

    enum class State : std::uint8_t {
        idle,      // nothing of it exists; may be started (anew)
        running,   // between start and stop
        stopping,  // stop was called, `stopped` was not said yet
        stopped,   // may be destroyed
        abandoned, // did not say `stopped` in time: left as it is, for ever
    };

    struct Identity {
        std::string name; // unique in this process
        std::string topology;
        std::string source;
    };

    /// What the instance's calls reach. The seats and the owner outlive it; those that do not fit its kind are null.
    struct Dependencies {
        World &world;
        Logger &logger;
        InstanceOwner *owner = nullptr; // never null once it starts
        DiscoveryService *discovery = nullptr;
        ConnectorService *connector = nullptr;
        SinkService *sink = nullptr;
        const NodeKnowledge *node = nullptr;
    };

    /// options: JSON text, complete and valid. The plugin outlives the instance.
    PluginInstance(const Plugin &plugin, Identity identity, std::string_view options, Dependencies dependencies);
    ~PluginInstance();

    /// create, then start. On failure it is idle again.
    boost::system::result<void, Failure> start();

    /// Begin to stop; the owner hears on_stopped. Only when running.
    void stop();

    /// Only when stopped; it is idle afterwards.
    void destroy();

    /// Only when stopping: it is never destroyed. What it still has under way ends, and its seats refuse what it says.
    void abandon();

    /// In any state: freed at once, as a process that is killed is. Nothing is said to anybody, and no completion comes any more. It is
    /// the one destroy without `stopped`, for simulated hosts, whose process goes on; an abandoned instance is left as it is.
    void kill();

    State state() const { return state_; }
    bool running() const { return state_ == State::running; }
    const Plugin &plugin() const { return plugin_; }
    const Identity &identity() const { return identity_; }
    Dependencies &dependencies() { return dependencies_; }
    Options &options() { return options_; }
    InstanceMetrics &metrics() { return metrics_; }
    const InstanceMetrics &metrics() const { return metrics_; }

    /// What the calls into the plugin have cost the loop since the instance was made.
    struct CallTally {
        std::uint64_t calls = 0;
        std::uint64_t nanoseconds = 0;
        std::uint64_t longest = 0;
    };
    const CallTally &calls() const { return calls_; }
    const kith_host &handle() const { return handle_; }

    /// How its operations have ended since the last report of the plugin; the code that takes a report clears it.
    OperationTally &tally() { return observer_.tally(); }

    /// The plugin's side of a service of the engine, typed; null when it has none.
    template <class Table>
    const Table *side(std::string_view id) {
        return static_cast<const Table *>(own_side(id));
    }

    /// Call `function(self)` within the plugin, measured. Not while a call from the plugin is under way (T5).
    template <class F>
    auto call(const char *what, F &&function) {
        Entered guard(*this, what);
        return function(instance_.self);
    }

    /// A call from the plugin is refused: the text goes with the status (E1), and unless the plugin could not know better (a stale id,
    /// a stop under way) it is logged. Returns the status.
    std::int32_t refuse(std::int32_t status, std::string_view text);

    /// Log a warning in the name of the instance.
    void warn(std::string_view message, std::string_view reason);

    /// Whether the caller is on the thread that made this instance (T1). [any-thread]
    bool on_loop() const noexcept { return loop_ == std::this_thread::get_id(); }

    /// The text the plugin has set for the failure it has just returned; empties it.
    std::string take_error();

    /// The instance a handle belongs to.
    static PluginInstance &of(const kith_host *host) { return *static_cast<PluginInstance *>(host->engine); }

    // Tenant: a world calls the observer, and that the plugin
    const void *service(std::string_view id) noexcept override;
    void *self() noexcept override { return observer_.self(); }
    void enter(const char *what) noexcept override;
    void leave() noexcept override;
    bool may_read(std::string_view variable) const noexcept override;

  private:
    struct Side {
        std::string_view id;
        const void *table;
    };
    void ask_sides();
    const void *own_side(std::string_view id) const noexcept;
    void forget() noexcept;
    std::uint64_t now() const noexcept { return clock_ ? clock_->monotonic(&handle_) : 0; }

    static const void *on_service(const kith_host *host, kith_str id);
    static std::int32_t on_cancel(const kith_host *host, std::uint64_t op);
    static void on_error(const kith_host *host, kith_str text);
    static void on_stopped(const kith_host *host);
    static void on_failed(const kith_host *host, std::int32_t status, kith_str text);

    const Plugin &plugin_;
    Identity identity_;
    Dependencies dependencies_;
    Options options_;
    InstanceMetrics metrics_;
    kith_host handle_{};
    kith_instance instance_{};
    std::vector<Side> sides_;
    OperationObserver observer_;
    std::string error_;
    const kith_clock_host *clock_ = nullptr;
    const char *what_ = "";
    std::uint64_t entered_ = 0;
    CallTally calls_;
    const std::thread::id loop_ = std::this_thread::get_id();
    State state_ = State::idle;
};

} // namespace kith::core
