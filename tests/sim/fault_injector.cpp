// SPDX-License-Identifier: MIT
#include <tests/sim/fault_injector.hpp>

#include <algorithm>

namespace kith::sim {

namespace {

using testkit::Hears;
using testkit::Sends;

constexpr Duration latest = std::chrono::milliseconds(100); // maximum delay of a reordered datagram

std::string with_network(const testkit::Address &address) { return address.text() + (address.family == 4 ? "/8" : "/64"); }

// Whether the fault disturbs its hosts until it ends. The others disturb them at one moment.
bool lasts(FaultKind kind) {
    switch (kind) {
    case FaultKind::start:
    case FaultKind::restart:
    case FaultKind::reload:
    case FaultKind::crash:
    case FaultKind::clock:
    case FaultKind::address:
    case FaultKind::file:
    case FaultKind::env:
    case FaultKind::inject:
    case FaultKind::replay: return false;
    default: return true;
    }
}

} // namespace

FaultInjector::FaultInjector(const Scenario &scenario, testkit::SimNet &net, const Hosts &hosts, std::uint64_t seed,
                             std::function<void(Host &)> start, std::function<void(Host &)> reload)
    : scenario_(scenario),
      net_(net),
      segment_(net.segment()),
      hosts_(hosts),
      start_(std::move(start)),
      reload_(std::move(reload)),
      undisturbed_pairs_(hosts.size()),
      datagram_injector_(net, segment_, ~seed) {
    const NetworkConditions &network = scenario.network;
    if (network.delay) net.delay(network.delay->first, network.delay->second);
    net.tick(network.tick);
    segment_.loss(network.loss);
    segment_.duplicate(network.duplicate);
    segment_.reorder(network.reorder, latest);
    segment_.multicast(network.multicast);
    for (const auto &host : hosts) {
        if (host->settings().epmd)
            epmds_[host->index()] = std::make_unique<SimulatedEpmd>(host->machine(), *host->settings().epmd);
    }
    const auto &faults = scenario.faults;
    if (std::any_of(faults.begin(), faults.end(), [](const Fault &f) { return f.kind == FaultKind::replay; }))
        datagram_injector_.listen();
}

void FaultInjector::begin(const Fault &fault, Duration now) {
    to_network(fault, true, now);
    given_ = 0;
    IndexSet whom = fault.hosts.hosts;
    for (const auto &host : hosts_) {
        if (fault.hosts.up && host->running()) whom.add(host->index());
    }
    whom.each([&](std::size_t i) { to_host(fault, *hosts_[i], true, now); });
}

void FaultInjector::end(const Fault &fault, Duration now) {
    to_network(fault, false, now);
    given_ = 0;
    fault.hosts.hosts.each([&](std::size_t i) { to_host(fault, *hosts_[i], false, now); });
}

void FaultInjector::to_network(const Fault &fault, bool on, Duration now) {
    switch (fault.kind) {
    case FaultKind::partition: {
        std::vector<std::vector<const testkit::SimulatedMachine *>> islands;
        std::vector<IndexSet> sets;
        for (const HostSelection &set : fault.sets) {
            if (!on) break;
            sets.push_back(set.hosts);
            auto &island = islands.emplace_back();
            set.hosts.each([&](std::size_t i) { island.push_back(&hosts_[i]->machine()); });
        }
        net_.islands(islands);
        return undisturbed_pairs_.islands(sets, now);
    }
    case FaultKind::loss: segment_.loss(on ? fault.share : scenario_.network.loss); break;
    case FaultKind::duplicate: segment_.duplicate(on ? fault.share : scenario_.network.duplicate); break;
    case FaultKind::reorder: segment_.reorder(on ? fault.share : scenario_.network.reorder, latest); break;
    case FaultKind::multicast: segment_.multicast(!on && scenario_.network.multicast); break;
    case FaultKind::inject:
    case FaultKind::replay:
        if (on) datagram_injector_.send(fault.datagrams, fault.until.value_or(fault.at) - fault.at);
        return;
    default: return;
    }
    undisturbed_pairs_.set_network_faulty(on, now);
}

void FaultInjector::to_host(const Fault &fault, Host &host, bool on, Duration now) {
    if (lasts(fault.kind)) {
        undisturbed_pairs_.set_faulty(host.index(), on, now);
    } else {
        undisturbed_pairs_.mark_disturbed(host.index(), now);
    }
    switch (fault.kind) {
    case FaultKind::kill:
    case FaultKind::stop:
    case FaultKind::start:
    case FaultKind::restart:
    case FaultKind::reload:
    case FaultKind::power_off: return to_kith(fault, host, on);
    case FaultKind::crash: return host.crash(fault.plugin);
    case FaultKind::clock: return host.machine().jump_wall(on ? fault.jump : -fault.jump);
    case FaultKind::file:
        return fault.text ? host.machine().file(fault.path, expand(*fault.text, variables_of(host.settings())))
                          : host.machine().remove(fault.path);
    case FaultKind::env:
        for (const auto &[name, value] : fault.env) host.env(name, expand(value, variables_of(host.settings())));
        return;
    case FaultKind::epmd: {
        auto &epmd = epmds_[host.index()];
        if (epmd == nullptr) epmd = std::make_unique<SimulatedEpmd>(host.machine(), std::vector<std::string>{});
        if (fault.epmd) epmd->names(on ? *fault.epmd : host.settings().epmd.value_or(std::vector<std::string>{}));
        return epmd->listen(fault.epmd || fault.epmd_up || !on);
    }
    case FaultKind::occupied: {
        auto &occupier = occupiers_[{host.index(), fault.port}];
        occupier = on ? std::make_unique<PortOccupier>(host.machine(), fault.port) : nullptr;
        return;
    }
    default: return to_interface(fault, host, on);
    }
}

void FaultInjector::to_kith(const Fault &fault, Host &host, bool on) {
    if (fault.kind == FaultKind::reload) return reload_(host);
    if (!on || fault.kind == FaultKind::start || fault.kind == FaultKind::restart) {
        if (fault.kind == FaultKind::restart) host.kill();
        if (host.machine().vanished()) boot(host);
        return start_(host);
    }
    if (fault.kind == FaultKind::stop) return host.stop();
    host.kill();
    if (fault.kind == FaultKind::power_off) host.machine().vanish();
}

// Powers the machine on, and starts its EPMD.
void FaultInjector::boot(Host &host) {
    host.machine().come_back();
    if (const auto found = epmds_.find(host.index()); found != epmds_.end() && found->second != nullptr) found->second->boot();
}

void FaultInjector::to_interface(const Fault &fault, Host &host, bool on) {
    testkit::NetworkInterface &card = host.machine().interface();
    const auto address = [&](const testkit::Address &first) { return with_network(nth_address_after(first, given_++)); };
    switch (fault.kind) {
    case FaultKind::deaf: return card.hears(on ? Hears::nothing : Hears::everything);
    case FaultKind::hears_itself: return card.hears(on ? Hears::itself : Hears::everything);
    case FaultKind::no_groups: return card.hears(on ? Hears::no_groups : Hears::everything);
    case FaultKind::mute: return card.sends(on ? Sends::nothing : Sends::everything);
    case FaultKind::full: return card.sends(on ? Sends::later : Sends::everything);
    case FaultKind::denied: return card.sends(on ? Sends::denied : Sends::everything);
    case FaultKind::no_route: return host.machine().no_route(on);
    case FaultKind::interface_down: return on ? card.down() : card.up();
    case FaultKind::interface_gone:
        if (on) return card.remove();
        return fault.address ? card.come_back({address(*fault.address)}) : card.come_back();
    case FaultKind::address: return card.addresses({address(on ? *fault.address : host.settings().address)});
    default: return;
    }
}

} // namespace kith::sim
