// SPDX-License-Identifier: MIT
//
// One host of a scenario: a simulated machine, and the kith (engine and plugins) that runs on it or does not.
#pragma once

#include <core/engine/engine.hpp>
#include <core/engine/logger.hpp>
#include <kith/testkit/simulated_machine.hpp>
#include <tests/sim/config_cache.hpp>
#include <tests/sim/invariant_checker.hpp>
#include <tests/sim/isolated_plugins.hpp>
#include <tests/sim/node_name_index.hpp>
#include <tests/sim/scenario.hpp>
#include <tests/sim/trace.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::sim {

class Host final : public core::Logger {
  public:
    /// on_change: called when there are new events; called again only after take_events(). All references outlive the host.
    Host(std::size_t index, const HostSettings &settings, testkit::SimulatedMachine &machine, const core::Registry &registry,
         NodeNameIndex &names, Trace &trace, std::function<void(Host &)> on_change);
    ~Host();
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    std::size_t index() const { return index_; }
    const std::string &name() const { return settings_.name; }
    const HostSettings &settings() const { return settings_; }
    testkit::SimulatedMachine &machine() const { return machine_; }

    // ---- start and end of kith ----

    /// Sets an environment variable of the kiths that are started from now on.
    void env(const std::string &name, const std::string &value);
    /// The configuration for the next start. Null, with diagnostics, when it has errors.
    std::shared_ptr<const core::Config> config(ConfigCache &configs, core::Diagnostics &diagnostics) const;
    /// No effect while kith runs.
    void start(std::shared_ptr<const core::Config> config);
    /// Has the running kith take this configuration, as `kith reload --confirm` does; not while it takes another one.
    void reload(const std::shared_ptr<const core::Config> &config);
    /// Publishes that the configuration has errors.
    void refuse_config(std::string_view reason);
    /// Ends kith without a shutdown, like SIGKILL.
    void kill();
    /// Stops kith in order, like SIGTERM.
    void stop();
    /// Ends the processes of isolated instances of this plugin; empty: of all plugins.
    void crash(std::string_view plugin);
    bool running() const { return engine_ != nullptr && !stopping_; }
    Duration started() const { return started_; }

    // ---- observation ----

    /// Takes the events since the last call, checks them against the rules of core, and passes them to `each`. Returns the first
    /// violation as a sentence, or an empty string.
    std::string take_events(Duration now, const std::function<void(const core::StoredEvent &)> &each);
    const InvariantChecker &checker() const { return *checker_; }
    const core::Config &configured() const { return *config_; }
    const core::Engine *engine() const { return engine_.get(); }
    std::uint64_t events() const { return seen_; }

    // core::Logger
    std::uint32_t level() const noexcept override;
    void write(std::uint32_t level, std::string_view who, std::string_view message,
               std::span<const kith_attribute> fields) noexcept override;

  private:
    std::size_t index_;
    const HostSettings &settings_;
    testkit::SimulatedMachine &machine_;
    const core::Registry &registry_;
    NodeNameIndex &names_;
    Trace &trace_;
    std::function<void(Host &)> changed_hosts_;
    Texts environment_;
    std::shared_ptr<const core::Config> config_;
    std::unique_ptr<IsolatedPlugins> isolated_;
    std::unique_ptr<core::Engine> engine_;
    std::unique_ptr<InvariantChecker> checker_;
    core::SubscriberId subscriber_ = 0;
    std::vector<core::EventRef> events_;
    std::uint64_t seen_ = 0;
    Duration started_{};
    bool stopping_ = false;
    bool ended_ = false;
};

} // namespace kith::sim
