// SPDX-License-Identifier: MIT
//
// Holds what the hosts believe against what the scenario expects, each time something changes.
#pragma once

#include <tests/sim/host.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::sim {

/// What did not hold.
struct Failure {
    Duration at{};
    std::string host; ///< empty: not of one host
    std::string what; ///< a sentence
    std::string json; ///< the expectation as it stands in the file; empty: a rule of kith was broken
    std::uint32_t line = 0;
};

/// Of an expectation with `by`: since when it held.
struct SatisfiedExpectation {
    std::string json;
    std::uint32_t line = 0;
    Duration since{}; ///< after its `from`
};

class ExpectationEvaluator {
  public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    /// All outlive it.
    ExpectationEvaluator(const Scenario &scenario, const Hosts &hosts, NodeNameIndex &names);

    /// The next moment at which it must evaluate by itself; none: Duration::max().
    Duration next() const;
    /// What must hold at this moment; after all events of that moment.
    void evaluate(Duration now);
    /// This host has changed.
    void evaluate(const Host &host, Duration now);
    /// Kiths have started or ended: whoever "up" means is another.
    void evaluate_all(Duration now);
    void see(const Host &host, const core::StoredEvent &event, Duration now);

    const std::vector<Failure> &failures() const { return failures_; }
    const std::vector<SatisfiedExpectation> &held() const { return held_; }

  private:
    struct Evaluation {
        const Expectation *of = nullptr;
        bool begun = false, ended = false;
        IndexSet good;               // hosts for which it holds, or that have told the event
        std::optional<Duration> all; // since when it holds for all
        std::size_t failures = 0;
    };
    IndexSet hosts_of(const HostSelection &selection) const;
    /// What does not hold; empty when it does.
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
    IndexSet up_; // whose kith runs
    std::vector<Evaluation> evaluations_;
    std::vector<Failure> failures_;
    std::vector<SatisfiedExpectation> held_;
};

} // namespace kith::sim
