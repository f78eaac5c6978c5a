// SPDX-License-Identifier: MIT
#include <tests/sim/process_memory.hpp>
#include <tests/sim/simulation.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::sim {

namespace {

constexpr std::uint64_t steps_between_progress = 4096;
constexpr std::uint64_t max_steps_in_one_moment = 20'000'000; // more of them mean an endless loop of zero delays

} // namespace

Simulation::Simulation(const Scenario &scenario, const LoadedPlugins &plugins, std::uint64_t seed, Trace &trace)
    : scenario_(scenario),
      trace_(trace),
      seed_(seed),
      net_(seed),
      random_(seed ^ 0x5ca1ab1e),
      started_at_(net_.now()),
      initial_memory_(resident_bytes()),
      config_cache_(scenario, plugins) {
    for (const HostSettings &settings : scenario.hosts) names_.number(settings.node);
    for (const HostSettings &settings : scenario.hosts) {
        const std::string address = settings.address.text() + (settings.address.family == 4 ? "/8" : "/64");
        testkit::SimulatedMachine &machine = net_.machine(settings.name, {address});
        hosts_.push_back(std::make_unique<Host>(hosts_.size(), settings, machine, plugins.registry, names_, trace,
                                                [this](Host &host) { changed_hosts_.push_back(&host); }));
    }
    fault_injector_ = std::make_unique<FaultInjector>(
        scenario, net_, hosts_, seed, [this](Host &host) { start(host); }, [this](Host &host) { reload(host); });
    evaluator_ = std::make_unique<ExpectationEvaluator>(scenario, hosts_, names_);
}

Simulation::~Simulation() = default;

bool Simulation::prepare(core::Diagnostics &diagnostics) {
    for (const auto &host : hosts_) {
        if (host->config(config_cache_, diagnostics) == nullptr) return false;
    }
    return true;
}

void Simulation::schedule() {
    for (const auto &host : hosts_) {
        const HostSettings &settings = host->settings();
        const auto spread = static_cast<std::uint64_t>((settings.start_most - settings.start_least).count());
        const Duration at = settings.start_least + Duration(static_cast<std::int64_t>(random_.below(spread + 1)));
        net_.in(at, [this, &host = *host] { start(host); });
    }
    for (const Fault &fault : scenario_.faults) {
        net_.in(fault.at, [this, &fault] {
            trace_.fault(now(), fault.json, false);
            changed_ = true;
            fault_injector_->begin(fault, now());
        });
        if (!fault.until || *fault.until > scenario_.duration) continue;
        net_.in(*fault.until, [this, &fault] {
            trace_.fault(now(), fault.json, true);
            changed_ = true;
            fault_injector_->end(fault, now());
        });
    }
}

void Simulation::start(Host &host) {
    core::Diagnostics diagnostics;
    auto config = host.config(config_cache_, diagnostics);
    if (config == nullptr) return broken(host, "its configuration has errors now: " + to_text(diagnostics));
    fault_injector_->mark_disturbed(host, now());
    host.start(std::move(config));
    changed_ = true;
}

void Simulation::reload(Host &host) {
    if (!host.running()) return;
    core::Diagnostics diagnostics;
    auto config = host.config(config_cache_, diagnostics);
    if (config == nullptr) return host.refuse_config(to_text(diagnostics));
    fault_injector_->mark_disturbed(host, now());
    host.reload(config);
    changed_ = true;
}

SimulationResult Simulation::run() {
    const auto began = std::chrono::steady_clock::now();
    schedule();
    std::uint64_t steps = 0, all_steps = 0;
    Duration at{};
    const auto needs_visit = [&] {
        if (++all_steps % steps_between_progress == 0 && progress_) progress_(now());
        if (at != now()) at = now(), steps = 0;
        if (++steps > max_steps_in_one_moment) report_stalled_clock();
        return changed_ || !changed_hosts_.empty() || !violations_.empty();
    };
    while (violations_.empty()) {
        const Duration next = std::min(evaluator_->next(), scenario_.duration);
        if (net_.run_until(needs_visit, next - now())) {
            visit();
            continue;
        }
        evaluator_->evaluate(now());
        if (now() >= scenario_.duration) break;
    }
    trace_.end(now(), net_.events_done(), net_.trace_hash());

    SimulationResult result;
    result.seed = seed_;
    result.failures = evaluator_->failures();
    result.failures.insert(result.failures.end(), violations_.begin(), violations_.end());
    result.held = evaluator_->held();
    result.lived = now();
    result.hosts = hosts_.size();
    result.steps = net_.events_done();
    for (const auto &host : hosts_) result.events += host->events();
    result.hash = net_.trace_hash();
    result.bytes = std::max(resident_bytes(), initial_memory_) - initial_memory_;
    result.wall = std::chrono::steady_clock::now() - began;
    return result;
}

// Called after each step: processes the events of the hosts that the step changed.
void Simulation::visit() {
    visiting_.swap(changed_hosts_);
    for (Host *host : visiting_) visit(*host);
    const bool started_or_ended = std::exchange(changed_, false);
    if (started_or_ended) evaluator_->evaluate_all(now());
    if (host_changed_) {
        for (const Host *host : visiting_) host_changed_(*host, now());
        for (std::size_t i = 0; started_or_ended && i < hosts_.size(); ++i) host_changed_(*hosts_[i], now());
    }
    visiting_.clear();
}

void Simulation::visit(Host &host) {
    const bool ran = host.running();
    std::string what = host.take_events(now(), [&](const core::StoredEvent &event) {
        if (event.kind() == KITH_EVENT_PEER_LOST) check_loss(host, event);
        evaluator_->see(host, event, now());
        if (see_) see_(host, event, now());
    });
    if (!what.empty()) broken(host, std::move(what));
    if (host.running()) evaluator_->evaluate(host, now());
    changed_ = changed_ || ran != host.running();
}

// Rule: no host loses a peer that is up and reachable.
void Simulation::check_loss(const Host &host, const core::StoredEvent &event) {
    const std::size_t peer = names_.number(event.peer());
    if (peer >= hosts_.size() || !hosts_[peer]->running() || scenario_.may_lose.hosts.has(peer) || scenario_.may_lose.up)
        return;
    if (!fault_injector_->undisturbed(host, peer, now())) return;
    broken(host, "it lost " + std::string(event.peer()) + ", which is up and reachable: " + std::string(event.reason()));
}

void Simulation::report_stalled_clock() {
    if (!violations_.empty()) return;
    violations_.push_back(
        {now(),
         {},
         "the simulated time does not advance: after " + std::to_string(max_steps_in_one_moment) + " steps it is unchanged",
         {},
         0});
}

void Simulation::broken(const Host &host, std::string what) {
    violations_.push_back({now(), host.name(), std::move(what), {}, 0});
}

} // namespace kith::sim
