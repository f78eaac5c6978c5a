// SPDX-License-Identifier: MIT
#include <tests/sim/judge.hpp>

#include <core/cluster/glob.hpp>

#include <algorithm>
#include <utility>

namespace kith::sim {

namespace {

constexpr std::size_t most_told = 5; // hosts, of one expectation

using When = Expectation::When;

} // namespace

Judge::Judge(const Scenario &scenario, const Hosts &hosts, Names &names) : hosts_(hosts), names_(names) {
    for (const Expectation &of : scenario.expectations) cases_.emplace_back().of = &of;
}

Span Judge::next() const {
    Span next = Span::max();
    for (const Case &of : cases_) {
        if (!of.ended) next = std::min(next, of.begun || of.of->when == When::at ? of.of->to : of.of->from);
    }
    return next;
}

Bits Judge::meant(const Selection &selection) const {
    Bits out = selection.hosts;
    if (selection.up) out.add(up_);
    return out;
}

void Judge::look(Span now) {
    for (Case &of : cases_) {
        if (of.ended) continue;
        if (!of.begun && now >= (of.of->when == When::at ? of.of->to : of.of->from)) {
            of.begun = true;
            if (!of.of->some && !of.of->never) meant(of.of->hosts).each([&](std::size_t i) { consider(of, *hosts_[i], now); });
            settle(of, now);
        }
        if (of.begun && now >= of.of->to) finish(of, now);
    }
}

void Judge::look(const Host &host, Span now) {
    for (Case &of : cases_) {
        if (!of.begun || of.ended || of.of->some || of.of->never) continue;
        consider(of, host, now);
        settle(of, now);
    }
}

void Judge::look_anew(Span now) {
    up_.clear();
    for (const auto &host : hosts_) {
        if (host->runs()) up_.add(host->index());
    }
    for (Case &of : cases_) {
        if (!of.begun || of.ended || of.of->some || of.of->never) continue;
        of.good.clear();
        meant(of.of->hosts).each([&](std::size_t i) { consider(of, *hosts_[i], now); });
        settle(of, now);
    }
}

void Judge::see(const Host &host, const core::StoredEvent &event, Span now) {
    for (Case &of : cases_) {
        if (of.ended || now < of.of->from) continue;
        if (of.of->some && matches(*of.of->some, event)) {
            of.good.add(host.index());
            settle(of, now);
        } else if (of.of->never && matches(*of.of->never, event) && meant(of.of->hosts).has(host.index())) {
            fail(of, host, "it told " + std::string(event.json()), now);
        }
    }
}

void Judge::consider(Case &of, const Host &host, Span now) {
    if (!of.of->hosts.hosts.has(host.index()) && !(of.of->hosts.up && host.runs())) return;
    if (holds(*of.of, host)) {
        of.good.add(host.index());
        return;
    }
    of.good.remove(host.index());
    if (of.of->when == When::throughout) fail(of, host, lack(*of.of, host), now);
}

// Does it hold for all, and since when?
void Judge::settle(Case &of, Span now) {
    const Bits wanted = meant(of.of->hosts);
    if (!of.good.contains(wanted)) {
        of.all.reset();
    } else if (!of.all) {
        of.all = now;
    }
}

void Judge::finish(Case &of, Span now) {
    of.ended = true;
    if (of.of->when == When::throughout) return;
    settle(of, now);
    if (of.all) {
        if (of.of->when == When::by) held_.push_back({of.of->words, of.of->line, *of.all - of.of->from});
        return;
    }
    meant(of.of->hosts).each([&](std::size_t i) {
        if (of.good.has(i)) return;
        fail(of, *hosts_[i], of.of->some ? "it did not tell such an event" : lack(*of.of, *hosts_[i]), now);
    });
}

void Judge::fail(Case &of, const Host &host, std::string what, Span now) {
    if (++of.failures > most_told) return;
    failures_.push_back({now, host.name(), std::move(what), of.of->words, of.of->line});
}

// As `lack` has it, which costs more: a crowd that forms asks this for each of its pairs.
bool Judge::holds(const Expectation &of, const Host &host) const {
    if (!host.runs()) return false;
    if (of.members) return meets(*of.members, host.witness().members(of.topology), host);
    if (of.links) return meets(*of.links, host.witness().links(of.topology), host);
    return lack(of, host).empty();
}

bool Judge::meets(const PeerDemand &demand, const Bits &peers, const Host &host) const {
    if (!demand.exactly) return peers.count() >= demand.least && peers.count() <= demand.most;
    Bits wanted = meant(*demand.exactly);
    wanted.remove(host.index());
    return wanted == peers;
}

std::string Judge::lack(const Expectation &of, const Host &host) const {
    if (!host.runs()) return "its kith does not run";
    const Witness &witness = host.witness();
    if (of.members) return lack_of_peers(*of.members, witness.members(of.topology), host, "believes in");
    if (of.links) return lack_of_peers(*of.links, witness.links(of.topology), host, "is linked to");
    if (of.knows) {
        const Bits has = witness.members(of.topology);
        Bits lacks;
        meant(*of.knows).each([&](std::size_t i) {
            if (i != host.index() && !has.has(i)) lacks.add(i);
        });
        return lacks.empty() ? std::string() : "it does not know " + listed(lacks);
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

std::string Judge::lack_of_peers(const PeerDemand &demand, const Bits &peers, const Host &host, const char *what) const {
    if (meets(demand, peers, host)) return {};
    const std::string has = std::string("it ") + what + ' ' + std::to_string(peers.count()) + " peers, ";
    if (!demand.exactly) {
        if (peers.count() < demand.least) return has + "not at least " + std::to_string(demand.least);
        return has + "not at most " + std::to_string(demand.most);
    }
    Bits wanted = meant(*demand.exactly);
    wanted.remove(host.index());
    Bits lacks, besides;
    wanted.each([&](std::size_t i) { peers.has(i) ? false : lacks.add(i); });
    peers.each([&](std::size_t i) { wanted.has(i) ? false : besides.add(i); });
    std::string out = has + "not the " + std::to_string(wanted.count()) + " expected";
    if (!lacks.empty()) out += "; it lacks " + listed(lacks);
    if (!besides.empty()) out += "; it has besides " + listed(besides);
    return out;
}

bool Judge::matches(const Pattern &pattern, const core::StoredEvent &event) const {
    const auto fits = [](const std::string &glob, std::string_view text) {
        return glob.empty() || core::glob_match(glob, text);
    };
    if ((pattern.kinds >> event.kind() & 1) == 0) return false;
    if (!fits(pattern.source, event.source()) || !fits(pattern.reason, event.reason())) return false;
    return !pattern.peer || meant(*pattern.peer).has(names_.number(event.peer()));
}

std::string Judge::listed(const Bits &names) const {
    std::string out;
    std::size_t told = 0;
    names.each([&](std::size_t i) {
        if (++told <= most_told) out += (told > 1 ? ", " : "") + names_.text(i);
    });
    return told > most_told ? out + " and " + std::to_string(told - most_told) + " more" : out;
}

} // namespace kith::sim
