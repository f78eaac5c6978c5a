// SPDX-License-Identifier: MIT
//
// Runs a scenario: all hosts in one simulated network, from the start to the end, checked after every step.
#pragma once

#include <tests/sim/expectation_evaluator.hpp>
#include <tests/sim/fault_injector.hpp>
#include <tests/sim/loaded_plugins.hpp>
#include <tests/sim/trace.hpp>

#include <kith/testkit/sim_net.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::sim {

/// The result of a run. All members except `wall` and `bytes` are the same for the same seed.
struct SimulationResult {
    std::uint64_t seed = 0;
    std::vector<Failure> failures; ///< empty: all expectations were met
    std::vector<SatisfiedExpectation> held;
    Duration lived{}; ///< virtual time
    std::size_t hosts = 0;
    std::uint64_t steps = 0;  ///< steps of the simulation
    std::uint64_t events = 0; ///< events of all hosts
    std::uint64_t hash = 0;   ///< hash of all steps
    Duration wall{};          ///< real time
    std::uint64_t bytes = 0;  ///< growth of the process's resident memory

    bool good() const { return failures.empty(); }
};

class Simulation {
  public:
    /// All references outlive the simulation.
    Simulation(const Scenario &scenario, const LoadedPlugins &plugins, std::uint64_t seed, Trace &trace);
    ~Simulation();
    Simulation(const Simulation &) = delete;
    Simulation &operator=(const Simulation &) = delete;

    /// Loads the configuration of every host. False, with diagnostics, when one has errors; run() must not be called then.
    bool prepare(core::Diagnostics &diagnostics);
    using See = std::function<void(const Host &host, const core::StoredEvent &event, Duration now)>;
    /// Sets a function that receives each event of each host.
    void observe(See see) { see_ = std::move(see); }
    using Changed = std::function<void(const Host &host, Duration now)>;
    /// Sets a function that is called for a host after its events of a step, and for all hosts when kith was started or has ended on one.
    void observe_changes(Changed changed) { host_changed_ = std::move(changed); }
    /// Sets a function that is called every few milliseconds of real time. It must not change the run.
    void observe_progress(std::function<void(Duration now)> progress) { progress_ = std::move(progress); }
    /// The simulated network, for tests that add servers to it.
    testkit::SimNet &net() { return net_; }
    const std::vector<std::unique_ptr<Host>> &hosts() const { return hosts_; }
    /// Call once, after prepare(). The run ends early when a rule is violated.
    SimulationResult run();

  private:
    Duration now() const { return net_.now() - started_at_; }
    void schedule();
    void start(Host &host);
    void reload(Host &host);
    void visit();
    void visit(Host &host);
    void check_loss(const Host &host, const core::StoredEvent &event);
    void report_stalled_clock();
    void broken(const Host &host, std::string what);

    const Scenario &scenario_;
    Trace &trace_;
    std::uint64_t seed_;
    NodeNameIndex names_;
    testkit::SimNet net_;
    testkit::Random random_;
    Duration started_at_;
    std::uint64_t initial_memory_; // bytes, before the first host is created
    ConfigCache config_cache_;
    std::vector<std::unique_ptr<Host>> hosts_;
    std::unique_ptr<FaultInjector> fault_injector_;
    std::unique_ptr<ExpectationEvaluator> evaluator_;
    std::vector<Host *> changed_hosts_, visiting_;
    See see_;
    Changed host_changed_;
    std::function<void(Duration now)> progress_;
    std::vector<Failure> violations_;
    bool changed_ = false; // kith was started or has ended on a host
};

} // namespace kith::sim
