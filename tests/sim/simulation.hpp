// SPDX-License-Identifier: MIT
//
// One run of a scenario: all hosts in one simulated world, from the beginning to the end, watched at every step.
#pragma once

#include <tests/sim/faults.hpp>
#include <tests/sim/judge.hpp>
#include <tests/sim/plugins.hpp>
#include <tests/sim/trace.hpp>

#include <kith/testkit/sim_net.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::sim {

/// What became of it. Everything but `wall` and `bytes` is the same for the same seed.
struct Outcome {
    std::uint64_t seed = 0;
    std::vector<Failure> failures; ///< none: it held
    std::vector<Held> held;
    Span lived{}; ///< virtual time
    std::size_t hosts = 0;
    std::uint64_t steps = 0;  ///< of the world
    std::uint64_t events = 0; ///< of all kiths
    std::uint64_t hash = 0;   ///< of all that the world did
    Span wall{};              ///< what it took
    std::uint64_t bytes = 0;  ///< by which the process has grown

    bool good() const { return failures.empty(); }
};

class Universe {
  public:
    /// All outlive it.
    Universe(const Scenario &scenario, const Plugins &plugins, std::uint64_t seed, Trace &trace);
    ~Universe();
    Universe(const Universe &) = delete;
    Universe &operator=(const Universe &) = delete;

    /// Every host loads its configuration. False, with diagnostics, when one has errors; then nothing can run.
    bool prepare(core::Diagnostics &diagnostics);
    using See = std::function<void(const Host &host, const core::StoredEvent &event, Span now)>;
    /// Each event of each kith, for those who want more than the outcome.
    void observe(See see) { see_ = std::move(see); }
    /// For those who put servers of their own into the world, and script them by SimNet::in.
    testkit::SimNet &net() { return net_; }
    const std::vector<std::unique_ptr<Host>> &hosts() const { return hosts_; }
    /// Once, after prepare. It ends early when a rule is broken.
    Outcome run();

  private:
    Span now() const { return net_.now() - born_; }
    void schedule();
    void start(Host &host);
    void visit();
    void visit(Host &host);
    void check_loss(const Host &host, const core::StoredEvent &event);
    void broken_by_standstill();
    void broken(const Host &host, std::string what);

    const Scenario &scenario_;
    Trace &trace_;
    std::uint64_t seed_;
    Names names_;
    testkit::SimNet net_;
    testkit::Random random_;
    Span born_;
    std::uint64_t resident_; // before the first host
    Configs configs_;
    std::vector<std::unique_ptr<Host>> hosts_;
    std::unique_ptr<Faults> faults_;
    std::unique_ptr<Judge> judge_;
    std::vector<Host *> stirred_, visited_;
    See see_;
    std::vector<Failure> breaches_;
    bool changed_ = false; // kiths were started or have ended
};

} // namespace kith::sim
