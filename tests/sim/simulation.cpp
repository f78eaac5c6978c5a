// SPDX-License-Identifier: MIT
#include <tests/sim/resident.hpp>
#include <tests/sim/universe.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::sim {

namespace {

constexpr std::uint64_t most_steps = 20'000'000; // in one moment: somebody asks for the next thing in no time, for ever

} // namespace

Universe::Universe(const Scenario &scenario, const Plugins &plugins, std::uint64_t seed, Trace &trace)
    : scenario_(scenario),
      trace_(trace),
      seed_(seed),
      net_(seed),
      random_(seed ^ 0x5ca1ab1e),
      born_(net_.now()),
      resident_(resident()),
      configs_(scenario, plugins) {
    for (const HostPlan &plan : scenario.hosts) names_.number(plan.node);
    for (const HostPlan &plan : scenario.hosts) {
        const std::string address = plan.address.text() + (plan.address.family == 4 ? "/8" : "/64");
        testkit::Machine &machine = net_.machine(plan.name, {address});
        hosts_.push_back(std::make_unique<Host>(hosts_.size(), plan, machine, plugins.registry, names_, trace,
                                                [this](Host &host) { stirred_.push_back(&host); }));
    }
    faults_ = std::make_unique<Faults>(scenario, net_, hosts_, seed, [this](Host &host) { start(host); });
    judge_ = std::make_unique<Judge>(scenario, hosts_, names_);
}

Universe::~Universe() = default;

bool Universe::prepare(core::Diagnostics &diagnostics) {
    for (const auto &host : hosts_) {
        if (host->config(configs_, diagnostics) == nullptr) return false;
    }
    return true;
}

void Universe::schedule() {
    for (const auto &host : hosts_) {
        const HostPlan &plan = host->plan();
        const auto spread = static_cast<std::uint64_t>((plan.start_most - plan.start_least).count());
        const Span at = plan.start_least + Span(static_cast<std::int64_t>(random_.below(spread + 1)));
        net_.in(at, [this, &host = *host] { start(host); });
    }
    for (const Fault &fault : scenario_.faults) {
        net_.in(fault.at, [this, &fault] {
            trace_.fault(now(), fault.words, false);
            changed_ = true;
            faults_->begin(fault, now());
        });
        if (!fault.until || *fault.until > scenario_.duration) continue;
        net_.in(*fault.until, [this, &fault] {
            trace_.fault(now(), fault.words, true);
            changed_ = true;
            faults_->end(fault, now());
        });
    }
}

void Universe::start(Host &host) {
    core::Diagnostics diagnostics;
    auto config = host.config(configs_, diagnostics);
    if (config == nullptr) return broken(host, "its configuration has errors by now: " + to_text(diagnostics));
    faults_->shaken(host, now());
    host.start(std::move(config));
    changed_ = true;
}

Outcome Universe::run() {
    const auto began = std::chrono::steady_clock::now();
    schedule();
    std::uint64_t steps = 0;
    Span at{};
    const auto needs_visit = [&] {
        if (at != now()) at = now(), steps = 0;
        if (++steps > most_steps) broken_by_standstill();
        return changed_ || !stirred_.empty() || !breaches_.empty();
    };
    while (breaches_.empty()) {
        const Span next = std::min(judge_->next(), scenario_.duration);
        if (net_.run_until(needs_visit, next - now())) {
            visit();
            continue;
        }
        judge_->look(now());
        if (now() >= scenario_.duration) break;
    }
    trace_.end(now(), net_.events_done(), net_.trace_hash());

    Outcome outcome;
    outcome.seed = seed_;
    outcome.failures = judge_->failures();
    outcome.failures.insert(outcome.failures.end(), breaches_.begin(), breaches_.end());
    outcome.held = judge_->held();
    outcome.lived = now();
    outcome.hosts = hosts_.size();
    outcome.steps = net_.events_done();
    for (const auto &host : hosts_) outcome.events += host->events();
    outcome.hash = net_.trace_hash();
    outcome.bytes = std::max(resident(), resident_) - resident_;
    outcome.wall = std::chrono::steady_clock::now() - began;
    return outcome;
}

// After each step of the world: what have those to tell that were touched by it?
void Universe::visit() {
    visited_.swap(stirred_);
    for (Host *host : visited_) visit(*host);
    visited_.clear();
    if (std::exchange(changed_, false)) judge_->look_anew(now());
}

void Universe::visit(Host &host) {
    const bool ran = host.runs();
    std::string what = host.look(now(), [&](const core::StoredEvent &event) {
        if (event.kind() == KITH_EVENT_PEER_LOST) check_loss(host, event);
        judge_->see(host, event, now());
        if (see_) see_(host, event, now());
    });
    if (!what.empty()) broken(host, std::move(what));
    if (host.runs()) judge_->look(host, now());
    changed_ = changed_ || ran != host.runs();
}

// Nobody loses a peer that is up and can be reached.
void Universe::check_loss(const Host &host, const core::StoredEvent &event) {
    const std::size_t peer = names_.number(event.peer());
    if (peer >= hosts_.size() || !hosts_[peer]->runs() || scenario_.may_lose.hosts.has(peer) || scenario_.may_lose.up) return;
    if (!faults_->calm(host, peer, now())) return;
    broken(host,
           "it has lost " + std::string(event.peer()) + ", which is up and can be reached: " + std::string(event.reason()));
}

void Universe::broken_by_standstill() {
    if (!breaches_.empty()) return;
    breaches_.push_back(
        {now(), {}, "time stands still: after " + std::to_string(most_steps) + " steps it is still this moment", {}, 0});
}

void Universe::broken(const Host &host, std::string what) { breaches_.push_back({now(), host.name(), std::move(what), {}, 0}); }

} // namespace kith::sim
