// SPDX-License-Identifier: MIT
//
// One plugin instance: its handle, its states from create to destroy, and its registration with the World.
#pragma once

#include <core/abort_on_failed_result.hpp>
#include <core/engine/instance_maker.hpp>
#include <core/engine/logger.hpp>
#include <core/engine/plugin_report_receivers.hpp>
#include <core/engine/plugin_rights.hpp>
#include <core/loader/library.hpp>
#include <kith/hosting/instance_metrics.hpp>
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

/// Receives the reports of an instance. The functions are called within calls from plugins, so the owner records them and acts
/// later (T5).
class InstanceOwner {
  public:
    virtual void on_stopped(PluginInstance &instance) = 0;
    virtual void on_failed(PluginInstance &instance, Failure failure) = 0;
    /// A call into the plugin took longer than stall_limit. what: a static string.
    virtual void on_stalled(PluginInstance &instance, const char *what, std::uint64_t nanoseconds) = 0;
    /// The first refusal of a kind of right (PluginRights).
    virtual void on_right_refused(PluginInstance &instance, const std::string &text) = 0;

  protected:
    ~InstanceOwner() = default;
};

class PluginInstance final : public Tenant {
  public:
    static constexpr std::uint64_t stall_limit = 100'000'000; // nanoseconds in one call into the plugin

    enum class State : std::uint8_t {
        idle,      // not created; may be started
        running,   // between start and stop
        stopping,  // stop was called, the plugin has not reported `stopped`
        stopped,   // may be destroyed
        abandoned, // did not report `stopped` in time: never destroyed
    };

    struct Identity {
        std::string name; // unique in this process
        std::string topology;
        std::string source;
    };

    /// The receivers of the plugin's calls. They and the owner outlive the instance; those of other kinds of plugins are null.
    struct Dependencies {
        World &world;
        Logger &logger;
        InstanceOwner *owner = nullptr; // not null when the instance starts
        DiscoveryReceiver *discovery = nullptr;
        ConnectorReceiver *connector = nullptr;
        SinkReceiver *sink = nullptr;
        const NodeKnowledge *node = nullptr;
        MembersReceiver *members = nullptr;
        MessagesReceiver *messages = nullptr;
        const PluginRightsPolicy *rights = nullptr; // null: it has all rights
        InstanceMaker *maker = nullptr;             // null: it is made in this process
        Isolation isolation{};                      // for the maker
        std::uint32_t max_peers = UINT32_MAX;
    };

    /// options: JSON text, complete and valid. The plugin outlives the instance.
    PluginInstance(const Plugin &plugin, Identity identity, std::string_view options, Dependencies dependencies);
    ~PluginInstance();

    /// Calls create and start. After a failure the state is idle again.
    boost::system::result<void, Failure> start();

    /// Begins to stop; on_stopped of the owner follows. Only in state running.
    void stop();

    /// Only in state stopped; the state is idle afterwards.
    void destroy();

    /// Only in state stopping: the instance is never destroyed. Its operations are ended, and its calls are refused.
    void abandon();

    /// For a maker: the instance has failed. Only the first report counts.
    void report(Failure failure);

    /// In any state: destroys the instance at once, as if its process were killed. Nothing is reported, and no completion
    /// follows. This is the only destroy without `stopped`; it is for simulated hosts, whose process continues. An abandoned
    /// instance is not destroyed.
    void kill();

    State state() const { return state_; }
    bool running() const { return state_ == State::running; }
    const Plugin &plugin() const { return plugin_; }
    const Identity &identity() const { return identity_; }
    Dependencies &dependencies() { return dependencies_; }
    /// It was made by a maker, not in this process.
    bool is_isolated() const { return dependencies_.maker != nullptr; }
    Options &options() { return options_; }
    InstanceMetrics &metrics() { return metrics_; }
    const InstanceMetrics &metrics() const { return metrics_; }

    /// The time that calls into the plugin have taken on the loop since the instance was constructed.
    struct CallTally {
        std::uint64_t calls = 0;
        std::uint64_t nanoseconds = 0;
        std::uint64_t longest = 0;
    };
    const CallTally &calls() const { return calls_; }
    const kith_host &handle() const { return handle_; }

    /// The results of its operations since its last report. The code that handles a report clears it.
    SourceReadTally &tally() { return observer_.tally(); }

    /// The plugin's table of a service of the engine; null when it has none.
    template <class Table>
    const Table *side(std::string_view id) {
        return static_cast<const Table *>(own_side(id));
    }

    /// Calls `function(self)` in the plugin and measures the duration. Not allowed during a call from the plugin (T5).
    template <class F>
    auto call(const char *what, F &&function) {
        Entered guard(*this, what);
        return function(instance_.self);
    }

    /// Refuses a call from the plugin: sets the text for the status (E1), and logs it unless the plugin could not avoid the
    /// call (a stale id, or a stop in progress). Returns the status.
    std::int32_t refuse(std::int32_t status, std::string_view text);

    /// What a sandbox has refused; text: for a security.warning.
    void report_refused_right(const std::string &text) {
        if (state_ == State::running) dependencies_.owner->on_right_refused(*this, text);
    }

    /// Whether it may save its state (Tenant). What waits is saved when it may.
    void set_may_save(MaySave may);
    /// A save of its state waits.
    bool waits_to_save() const { return waits_to_save_; }

    /// Logs a warning under the name of the instance.
    void warn(std::string_view message, std::string_view reason);

    /// Whether the caller runs on the thread that constructed this instance (T1). [any-thread]
    bool on_loop() const noexcept { return loop_ == std::this_thread::get_id(); }

    /// Returns and clears the text that the plugin has set for its last failure.
    std::string take_error();

    /// The instance of a handle.
    static PluginInstance &of(const kith_host *host) { return *static_cast<PluginInstance *>(host->engine); }

    // Tenant: the World calls the observer, which calls the plugin
    const void *service(std::string_view id) noexcept override;
    void *self() noexcept override { return observer_.self(); }
    void enter(const char *what) noexcept override;
    void leave() noexcept override;
    bool may_read(std::string_view variable) const noexcept override;
    MaySave may_save() noexcept override;
    TenantRights *rights() noexcept override { return rights_.get(); }

  private:
    struct Side {
        std::string_view id;
        const void *table;
    };
    void ask_sides();
    const void *own_side(std::string_view id) const noexcept;
    void forget() noexcept;
    void cancel_operations() noexcept;
    void drop_operations() noexcept;
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
    std::unique_ptr<PluginRights> rights_; // null: all
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
    MaySave may_save_ = MaySave::now;
    bool waits_to_save_ = false;
};

} // namespace kith::core
