// SPDX-License-Identifier: MIT
#include <tests/sim/expectation_evaluator.hpp>

#include <core/cluster/membership/glob.hpp>

#include <algorithm>
#include <utility>

namespace kith::sim {

namespace {

constexpr std::size_t max_listed = 5; // maximum of hosts and of names that are reported for one expectation

using When = Expectation::When;

} // namespace

ExpectationEvaluator::ExpectationEvaluator(const Scenario &scenario, const Hosts &hosts, NodeNameIndex &names)
    : hosts_(hosts), names_(names) {
    for (const Expectation &of : scenario.expectations) evaluations_.emplace_back().of = &of;
}

Duration ExpectationEvaluator::next() const {
    Duration next = Duration::max();
    for (const Evaluation &of : evaluations_) {
        if (!of.ended) next = std::min(next, of.begun || of.of->when == When::at ? of.of->to : of.of->from);
    }
    return next;
}

const IndexSet &ExpectationEvaluator::hosts_of(const HostSelection &selection, IndexSet &room) const {
    if (!selection.up) return selection.hosts;
    if (selection.hosts.empty()) return up_;
    room = selection.hosts;
    room.add(up_);
    return room;
}

IndexSet ExpectationEvaluator::hosts_of(const HostSelection &selection) const {
    IndexSet room;
    return hosts_of(selection, room);
}

void ExpectationEvaluator::evaluate(Duration now) {
    for (Evaluation &of : evaluations_) {
        if (of.ended) continue;
        if (!of.begun && now >= (of.of->when == When::at ? of.of->to : of.of->from)) {
            of.begun = true;
            if (!of.of->some && !of.of->never)
                hosts_of(of.of->hosts).each([&](std::size_t i) { update_host(of, *hosts_[i], now); });
            update_satisfied_since(of, now);
        }
        if (of.begun && now >= of.of->to) finish(of, now);
    }
}

void ExpectationEvaluator::evaluate(const Host &host, Duration now) {
    for (Evaluation &of : evaluations_) {
        if (!of.begun || of.ended || of.of->some || of.of->never) continue;
        update_host(of, host, now);
        update_satisfied_since(of, now);
    }
}

void ExpectationEvaluator::evaluate_all(Duration now) {
    up_.clear();
    for (const auto &host : hosts_) {
        if (host->running()) up_.add(host->index());
    }
    for (Evaluation &of : evaluations_) {
        if (!of.begun || of.ended || of.of->some || of.of->never) continue;
        of.good.clear();
        hosts_of(of.of->hosts).each([&](std::size_t i) { update_host(of, *hosts_[i], now); });
        update_satisfied_since(of, now);
    }
}

void ExpectationEvaluator::see(const Host &host, const core::StoredEvent &event, Duration now) {
    for (Evaluation &of : evaluations_) {
        if (of.ended || now < of.of->from) continue;
        if (of.of->some && matches(*of.of->some, event)) {
            of.good.add(host.index());
            update_satisfied_since(of, now);
        } else if (of.of->never && matches(*of.of->never, event) && hosts_of(of.of->hosts).has(host.index())) {
            fail(of, host, "it published " + std::string(event.json()), now);
        }
    }
}

void ExpectationEvaluator::update_host(Evaluation &of, const Host &host, Duration now) {
    if (!of.of->hosts.hosts.has(host.index()) && !(of.of->hosts.up && host.running())) return;
    if (holds(*of.of, host)) {
        of.good.add(host.index());
        return;
    }
    of.good.remove(host.index());
    if (of.of->when == When::throughout) fail(of, host, unmet_reason(*of.of, host), now);
}

// Updates since when the expectation is met for all hosts.
void ExpectationEvaluator::update_satisfied_since(Evaluation &of, Duration now) {
    IndexSet room;
    const IndexSet &wanted = hosts_of(of.of->hosts, room);
    if (!of.good.contains(wanted)) {
        of.all.reset();
    } else if (!of.all) {
        of.all = now;
    }
}

void ExpectationEvaluator::finish(Evaluation &of, Duration now) {
    of.ended = true;
    if (of.of->when == When::throughout) return;
    update_satisfied_since(of, now);
    if (of.all) {
        if (of.of->when == When::by) held_.push_back({of.of->json, of.of->line, *of.all - of.of->from});
        return;
    }
    hosts_of(of.of->hosts).each([&](std::size_t i) {
        if (of.good.has(i)) return;
        fail(of, *hosts_[i], of.of->some ? "it published no such event" : unmet_reason(*of.of, *hosts_[i]), now);
    });
}

void ExpectationEvaluator::fail(Evaluation &of, const Host &host, std::string what, Duration now) {
    if (++of.failures > max_listed) return;
    failures_.push_back({now, host.name(), std::move(what), of.of->json, of.of->line});
}

// Gives the same result as `unmet_reason(...).empty()`, at lower cost: while a large cluster forms this is called for each pair of hosts.
bool ExpectationEvaluator::holds(const Expectation &of, const Host &host) const {
    if (!host.running()) return false;
    IndexSet room;
    if (of.members) return meets(*of.members, host.checker().members(of.topology, room), host);
    if (of.links) return meets(*of.links, host.checker().links(of.topology, room), host);
    return unmet_reason(of, host).empty();
}

bool ExpectationEvaluator::meets(const PeerExpectation &expected, const IndexSet &peers, const Host &host) const {
    if (!expected.exactly) return peers.count() >= expected.least && peers.count() <= expected.most;
    IndexSet room;
    const IndexSet &wanted = hosts_of(*expected.exactly, room); // and not the host itself
    if (peers.count() + (wanted.has(host.index()) ? 1 : 0) != wanted.count()) return false;
    return wanted.contains(peers) && !peers.has(host.index());
}

std::string ExpectationEvaluator::unmet_reason(const Expectation &of, const Host &host) const {
    if (!host.running()) return "kith does not run on it";
    const InvariantChecker &checker = host.checker();
    IndexSet room;
    if (of.members) return unmet_peers(*of.members, checker.members(of.topology, room), host, "members");
    if (of.links) return unmet_peers(*of.links, checker.links(of.topology, room), host, "links");
    if (of.knows) {
        const IndexSet &has = checker.members(of.topology, room);
        IndexSet lacks;
        hosts_of(*of.knows).each([&](std::size_t i) {
            if (i != host.index() && !has.has(i)) lacks.add(i);
        });
        return lacks.empty() ? std::string() : "members are missing: " + listed(lacks);
    }
    const bool wanted = of.stale.value_or(false) || of.ready.value_or(false);
    for (const core::Topology &topology : host.configured().topologies) {
        if (!of.topology.empty() && topology.name != of.topology) continue;
        const core::LiveTopology &live = *host.engine()->topology(topology.name);
        const bool is = of.stale ? live.stale() : live.ready();
        if (is != wanted) return topology.name + (is ? " is " : " is not ") + (of.stale ? "stale" : "ready");
    }
    return {};
}

std::string ExpectationEvaluator::unmet_peers(const PeerExpectation &expected, const IndexSet &peers, const Host &host,
                                              const char *what) const {
    if (meets(expected, peers, host)) return {};
    const std::string has = "it has " + std::to_string(peers.count()) + ' ' + what + ", expected ";
    if (!expected.exactly) {
        if (peers.count() < expected.least) return has + "at least " + std::to_string(expected.least);
        return has + "at most " + std::to_string(expected.most);
    }
    IndexSet wanted = hosts_of(*expected.exactly);
    wanted.remove(host.index());
    IndexSet lacks, besides;
    wanted.each([&](std::size_t i) { peers.has(i) ? false : lacks.add(i); });
    peers.each([&](std::size_t i) { wanted.has(i) ? false : besides.add(i); });
    std::string out = has + std::to_string(wanted.count());
    if (!lacks.empty()) out += "; missing: " + listed(lacks);
    if (!besides.empty()) out += "; unexpected: " + listed(besides);
    return out;
}

bool ExpectationEvaluator::matches(const EventPattern &pattern, const core::StoredEvent &event) const {
    const auto fits = [](const std::string &glob, std::string_view text) {
        return glob.empty() || core::glob_match(glob, text);
    };
    if ((pattern.kinds >> event.kind() & 1) == 0) return false;
    if (!fits(pattern.source, event.source()) || !fits(pattern.reason, event.reason())) return false;
    return !pattern.peer || hosts_of(*pattern.peer).has(names_.number(event.peer()));
}

std::string ExpectationEvaluator::listed(const IndexSet &names) const {
    std::string out;
    std::size_t told = 0;
    names.each([&](std::size_t i) {
        if (++told <= max_listed) out += (told > 1 ? ", " : "") + names_.text(i);
    });
    return told > max_listed ? out + " and " + std::to_string(told - max_listed) + " more" : out;
}

} // namespace kith::sim
