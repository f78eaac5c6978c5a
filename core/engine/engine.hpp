// SPDX-License-Identifier: MIT
//
// One complete kith: the event bus, a reconciler for each connector, the topologies, and the plugin instances that serve them.
// It uses no sockets, threads or clocks of its own. All input and output goes through the World, so the same engine runs in the
// daemon and in a simulation.
//
// Every function is called on the world's loop.
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/topology/topology.hpp>
#include <core/config/config.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/engine_view.hpp>
#include <core/engine/instance_maker.hpp>
#include <core/engine/logger.hpp>
#include <core/engine/plugin_file_watch.hpp>
#include <core/engine/plugin_replacement.hpp>
#include <core/engine/plugin_rights.hpp>
#include <core/loader/registry.hpp>
#include <core/reload/effect_on_peers.hpp>
#include <core/reload/plan.hpp>
#include <kith/hosting/world.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class InstanceSupervisor;
class MessagesBinding;

class Engine {
  public:
    /// Starts nothing. The arguments outlive the engine. The configuration was loaded with this registry's plugins. isolator: makes the
    /// isolated instances; null: all are made in this process.
    Engine(World &world, Logger &logger, const Config &config, const Registry &registry, InstanceMaker *isolator = nullptr);
    ~Engine();
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;

    /// Starts the sinks, then the connectors, then the strategies. A plugin that cannot start is reported by an event; the
    /// others run.
    void start();

    /// Call after start: publishes `plugin.changed` when the file of a plugin in use changes. Simulated machines have no such
    /// files.
    void watch_plugins();

    /// Begins to stop; call it once, after start. `done` is called from the loop when the engine has stopped, after 12 s at
    /// most. Links are not changed.
    void stop(std::function<void()> done);

    /// Allowed in any phase: frees the plugins' resources as if the process were killed; for simulated hosts. Only the
    /// destructor may follow.
    void kill();

    /// Requests an observation from every strategy and a report of all links from every connector.
    void refresh();

    /// Carries out an order of an operator, as LiveTopology::carry_out does; KITH_NOT_FOUND when there is no such topology.
    Status order(std::string_view topology, const Order &order);

    /// Starts the instances of this file (its name without directory) that are in quarantine. Returns how many there were; nothing
    /// when no instance in use is of such a file.
    std::optional<std::size_t> retry(std::string_view file);

    /// What a reload with this configuration would do to the peers of the running topologies; only those with an effect.
    std::vector<ReloadEffect> foresee(const Config &next) const;

    /// Takes another configuration, which was loaded with this registry's plugins. What is the same in both goes on undisturbed. `done` is called
    /// from the loop when all that is new has started: with an empty text, or with the reason why the former configuration is in force again. False:
    /// not while another reload or a replacement is under way, nor before start or after stop.
    bool reload(std::shared_ptr<const Config> next, std::function<void(const std::string &failure)> done);
    bool reloading() const { return reload_ != nullptr; }
    /// Takes a new version of a plugin's file into use while its instances run, all of them or none. Their places are taken when each new
    /// instance has looked, attached or subscribed; the former ones go on until then, and if that does not happen within 10 s. When one of the
    /// new instances fails within 10 s after that, the former version is taken into use again in the same way, unless another replacement or a
    /// reload has followed. A failing status:
    /// nothing has begun, and `done` is not called. KITH_UNSUPPORTED: an instance cannot be replaced while it runs. KITH_BUSY: not while
    /// another replacement or a reload is under way. KITH_NOT_FOUND: no instance is of this file.
    Status replace(PluginReplacement what);
    /// Whether a replacement can begin now: KITH_CANCELLED or KITH_BUSY with the reason.
    Status may_replace() const;
    bool replacing() const { return replacement_ != nullptr; }
    /// Publishes that a new version of a file is not taken into use: for a file that was refused before `replace`.
    void publish_not_replaced(std::string_view file, std::string_view why);
    /// Called from the loop with the name of a file of isolated plugins that has changed, if plugins.watch is set.
    void on_plugin_changed(std::function<void(const std::string &file)> function) { on_plugin_changed_ = std::move(function); }
    /// Called when an instance that a reload has started failed within 10 s, and the former configuration is in force again.
    void on_rollback(std::function<void(std::shared_ptr<const Config> previous, const std::string &reason)> function) {
        on_rollback_ = std::move(function);
    }
    /// Publishes a security.warning about what an instance uses; its name as in EngineView.
    void warn(std::string_view instance, std::string_view text);
    /// Publishes `config.refused`.
    void publish_refused_config(std::string_view reason);

    EventBus &bus() { return bus_; }
    Time now() const { return engine_loop_.now(); }

    /// The state of a peer in each topology and its reasons, as lines of text.
    std::string why(std::string_view name) const;

    /// Read-only view of all parts. Valid until the next call to the engine or the next turn of the loop.
    EngineView view() const;

    /// The topology of that name; null when there is none.
    const LiveTopology *topology(std::string_view name) const;

    /// The messages of the connector of that name; null when there is none. Valid as EngineView is.
    MessagesBinding *messages(std::string_view connector);

  private:
    struct Connector;
    struct Strategy;
    struct Unit;
    struct SinkUnit;
    struct Reload;
    struct ReloadTrial;
    class Candidate;
    class StrategyCandidate;
    class ConnectorCandidate;
    class SinkCandidate;
    struct Replacement;
    struct ReplacementTrial;
    struct Retired;
    enum class Phase : std::uint8_t { idle, running, stopping, draining, ended };

    void act();
    void advance(Time now);
    void tell_nodes();
    static void tell_node(const Connector &connector, Strategy &strategy);
    void tell_plugins(Time now);
    std::string effect_of_change(const std::string &file);
    void advance_stop(Time now);
    void arm();
    Connector &connector(const std::string &name);
    const LiveTopology *topology_for_sinks(std::string_view name, Failure &failure) const;
    void publish_warning(const SecurityWarning &warning, Time now);
    // engine_reload.cpp
    void begin_reload(std::shared_ptr<const Config> next, std::string rolling_back,
                      std::function<void(const std::string &failure)> done);
    void stop_topology(const ReloadPlan::Part &part, Time now);
    void stop_connector(const ReloadPlan::Part &part, Time now);
    void stop_sink(const ReloadPlan::Part &part, Time now);
    void restart_strategy(const ReloadPlan::Part &part, Time now);
    void change_policy(const ReloadPlan::Part &part, Time now);
    void tell_new_warnings(const Config &before, const Config &after, Time now);
    void remove_finished(Time now);
    void advance_reload(Time now);
    void start_new_parts(Time now);
    void start_topology(const ReloadPlan::Part &part, Time now);
    void start_in_reload(InstanceSupervisor &supervisor, Time now);
    void conclude_reload(Time now);
    void watch_started(const Reload &over, Time now);
    void advance_trial(Time now);
    void end_reload();
    Time reload_deadline() const;
    // engine_replacement.cpp
    Status add_candidates(Replacement &made, const PluginReplacement &what);
    void remove_retired();
    void advance_replacement(Time now);
    void switch_over(Time now);
    void deliver_members_of_candidates();
    void end_replacement(const std::string &failure, Time now);
    void advance_replacement_trial(Time now);
    void take_back(const std::string &why);
    void end_replacement_trial();
    void publish_refused_version(std::string_view file, const std::string &text);
    Time replacement_deadline() const;
    static PluginReplacement::Outcome outcome_of(const Replacement &replacement, Time now);
    template <class F>
    void each_supervisor(F &&function);

    PluginInstance::Dependencies placed(PluginInstance::Dependencies dependencies, const IsolateSetting &isolate,
                                        const Plugin &plugin) const;

    World &world_;
    Logger &logger_;
    InstanceMaker *isolator_;
    const Config *config_;
    std::shared_ptr<const Config> owned_config_; // after a reload
    const Registry &registry_;
    PluginRightsPolicy rights_;
    EventBus bus_;
    EngineLoop engine_loop_;
    std::vector<std::unique_ptr<Connector>> connectors_;
    std::vector<std::unique_ptr<Unit>> topologies_;
    std::vector<std::unique_ptr<SinkUnit>> sinks_;
    // Stopped by a reload; destroyed when they have finished.
    std::vector<std::unique_ptr<Connector>> leaving_connectors_;
    std::vector<std::unique_ptr<Unit>> leaving_topologies_;
    std::vector<std::unique_ptr<SinkUnit>> leaving_sinks_;
    std::unique_ptr<Reload> reload_;     // under way
    std::unique_ptr<ReloadTrial> trial_; // of the last one
    std::function<void(std::shared_ptr<const Config>, const std::string &)> on_rollback_;
    std::unique_ptr<Replacement> replacement_;            // under way
    std::unique_ptr<ReplacementTrial> replacement_trial_; // of the last one
    std::vector<std::unique_ptr<Retired>> retired_;
    std::function<void(const std::string &)> on_plugin_changed_;
    std::unique_ptr<PluginFileWatch> plugin_file_watch_;
    std::vector<std::string> changed_files_; // to be reported to on_plugin_changed_
    std::function<void()> done_;
    Time drain_until_ = never;
    bool refresh_ = false;
    Phase phase_ = Phase::idle;
};

} // namespace kith::core
