// SPDX-License-Identifier: MIT
//
// One run of a scenario: all hosts in one simulated world, from the beginning to the end, watched at every step.
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

/// What became of it. Everything but `wall` and `bytes` is the same for the same seed.
struct SimulationResult {
    std::uint64_t seed = 0;
    std::vector<Failure> failures; ///< none: it held
    std::vector<SatisfiedExpectation> held;
    Duration lived{}; ///< virtual time
    std::size_t hosts = 0;
    std::uint64_t steps = 0;  ///< of the world
    std::uint64_t events = 0; ///< of all kiths
    std::uint64_t hash = 0;   ///< of all that the world did
    Duration wall{};          ///< what it took
    std::uint64_t bytes = 0;  ///< by which the process has grown

    bool good() const { return failures.empty(); }
};

class Simulation {
  public:
    /// All outlive it.
    Simulation(const Scenario &scenario, const LoadedPlugins &plugins, std::uint64_t seed, Trace &trace);
    ~Simulation();
    Simulation(const Simulation &) = delete;
    Simulation &operator=(const Simulation &) = delete;

    /// Every host loads its configuration. False, with diagnostics, when one has errors; then nothing can run.
    bool prepare(core::Diagnostics &diagnostics);
    using See = std::function<void(const Host &host, const core::StoredEvent &event, Duration now)>;
    /// Each event of each kith, for those who want more than the result.
    void observe(See see) { see_ = std::move(see); }
    /// For those who put servers of their own into the world, and script them by SimNet::in.
    testkit::SimNet &net() { return net_; }
    const std::vector<std::unique_ptr<Host>> &hosts() const { return hosts_; }
    /// Once, after prepare. It ends early when a rule is broken.
    SimulationResult run();

  private:
    Duration now() const { return net_.now() - started_at_; }
    void schedule();
    void start(Host &host);
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
    std::uint64_t initial_memory_; // before the first host
    ConfigCache config_cache_;
    std::vector<std::unique_ptr<Host>> hosts_;
    std::unique_ptr<FaultInjector> fault_injector_;
    std::unique_ptr<ExpectationEvaluator> evaluator_;
    std::vector<Host *> changed_hosts_, visiting_;
    See see_;
    std::vector<Failure> violations_;
    bool changed_ = false; // kiths were started or have ended
};

} // namespace kith::sim
