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
    Span at{};
    std::string host;  ///< empty: not of one host
    std::string what;  ///< a sentence
    std::string words; ///< the expectation as it stands in the file; empty: a rule of kith was broken
    std::uint32_t line = 0;
};

/// Of an expectation with `by`: since when it held.
struct Held {
    std::string words;
    std::uint32_t line = 0;
    Span since{}; ///< after its `from`
};

class Judge {
  public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    /// All outlive it.
    Judge(const Scenario &scenario, const Hosts &hosts, Names &names);

    /// The next moment at which it must look by itself; none: Span::max().
    Span next() const;
    /// What must hold at this moment; after all events of that moment.
    void look(Span now);
    /// This host has changed.
    void look(const Host &host, Span now);
    /// Kiths have started or ended: whoever "up" means is another.
    void look_anew(Span now);
    void see(const Host &host, const core::StoredEvent &event, Span now);

    const std::vector<Failure> &failures() const { return failures_; }
    const std::vector<Held> &held() const { return held_; }

  private:
    struct Case {
        const Expectation *of = nullptr;
        bool begun = false, ended = false;
        Bits good;               // hosts for which it holds, or that have told the event
        std::optional<Span> all; // since when it holds for all
        std::size_t failures = 0;
    };
    Bits meant(const Selection &selection) const;
    /// What does not hold; empty when it does.
    std::string lack(const Expectation &of, const Host &host) const;
    bool holds(const Expectation &of, const Host &host) const;
    bool meets(const PeerDemand &demand, const Bits &peers, const Host &host) const;
    std::string lack_of_peers(const PeerDemand &demand, const Bits &peers, const Host &host, const char *what) const;
    bool matches(const Pattern &pattern, const core::StoredEvent &event) const;
    void consider(Case &of, const Host &host, Span now);
    void settle(Case &of, Span now);
    void fail(Case &of, const Host &host, std::string what, Span now);
    void finish(Case &of, Span now);
    std::string listed(const Bits &names) const;

    const Hosts &hosts_;
    Names &names_;
    Bits up_; // whose kith runs
    std::vector<Case> cases_;
    std::vector<Failure> failures_;
    std::vector<Held> held_;
};

} // namespace kith::sim
