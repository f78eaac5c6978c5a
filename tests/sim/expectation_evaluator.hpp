// SPDX-License-Identifier: MIT
//
// Compares the state of the hosts with the expectations of the scenario, each time the state changes.
#pragma once

#include <tests/sim/host.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::sim {

/// An expectation that was not met, or a violation of a rule.
struct Failure {
    Duration at{};
    std::string host; ///< empty: it concerns no single host
    std::string what; ///< a sentence
    std::string json; ///< the expectation as in the file; empty: a rule of kith was violated
    std::uint32_t line = 0;
};

/// An expectation with `by` that was met, and since when.
struct SatisfiedExpectation {
    std::string json;
    std::uint32_t line = 0;
    Duration since{}; ///< time since its `from`
};

class ExpectationEvaluator {
  public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    /// All references outlive the evaluator.
    ExpectationEvaluator(const Scenario &scenario, const Hosts &hosts, NodeNameIndex &names);

    /// The next time at which evaluate(now) must be called; Duration::max(): none.
    Duration next() const;
    /// Evaluates the expectations that begin or end now. Call after all events of this moment.
    void evaluate(Duration now);
    /// Evaluates the expectations about a host whose state has changed.
    void evaluate(const Host &host, Duration now);
    /// Evaluates all expectations again: kiths were started or have ended, so "up" selects other hosts.
    void evaluate_all(Duration now);
    /// Processes an event of a host.
    void see(const Host &host, const core::StoredEvent &event, Duration now);

    const std::vector<Failure> &failures() const { return failures_; }
    const std::vector<SatisfiedExpectation> &held() const { return held_; }

  private:
    struct Evaluation {
        const Expectation *of = nullptr;
        bool begun = false, ended = false;
        IndexSet good;               // hosts for which it is met, or that have published the event
        std::optional<Duration> all; // since when it is met for all hosts
        std::size_t failures = 0;
    };
    /// room: is used if the selection is neither one list nor the hosts that run.
    const IndexSet &hosts_of(const HostSelection &selection, IndexSet &room) const;
    IndexSet hosts_of(const HostSelection &selection) const;
    /// Why the expectation is not met; empty: it is met.
    std::string unmet_reason(const Expectation &of, const Host &host) const;
    bool holds(const Expectation &of, const Host &host) const;
    bool meets(const PeerExpectation &expected, const IndexSet &peers, const Host &host) const;
    std::string unmet_peers(const PeerExpectation &expected, const IndexSet &peers, const Host &host, const char *what) const;
    bool matches(const EventPattern &pattern, const core::StoredEvent &event) const;
    void update_host(Evaluation &of, const Host &host, Duration now);
    void update_satisfied_since(Evaluation &of, Duration now);
    void fail(Evaluation &of, const Host &host, std::string what, Duration now);
    void finish(Evaluation &of, Duration now);
    std::string listed(const IndexSet &names) const;

    const Hosts &hosts_;
    NodeNameIndex &names_;
    IndexSet up_; // hosts on which kith runs
    std::vector<Evaluation> evaluations_;
    std::vector<Failure> failures_;
    std::vector<SatisfiedExpectation> held_;
};

} // namespace kith::sim
