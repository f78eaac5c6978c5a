// SPDX-License-Identifier: MIT
//
// Applies the faults of a scenario to the simulated machines and the network, and removes them at their end.
#pragma once

#include <kith/testkit/network_segment.hpp>
#include <tests/sim/datagram_injector.hpp>
#include <tests/sim/disturbance_tracker.hpp>
#include <tests/sim/host.hpp>
#include <tests/sim/port_occupier.hpp>
#include <tests/sim/simulated_epmd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace kith::sim {

class FaultInjector {
  public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    /// start: called to start kith on a host. All references outlive this object.
    FaultInjector(const Scenario &scenario, testkit::SimNet &net, const Hosts &hosts, std::uint64_t seed,
                  std::function<void(Host &)> start, std::function<void(Host &)> reload);

    /// Applies the fault.
    void begin(const Fault &fault, Duration now);
    /// Removes the fault: called at its `until`.
    void end(const Fault &fault, Duration now);

    /// Whether neither host nor the network was affected by a fault during the last DisturbanceTracker::patience.
    bool undisturbed(const Host &a, std::size_t b, Duration now) const {
        return undisturbed_pairs_.undisturbed(a.index(), b, now);
    }
    /// Kith was started on this host, or has ended.
    void mark_disturbed(const Host &host, Duration now) { undisturbed_pairs_.mark_disturbed(host.index(), now); }

  private:
    void to_network(const Fault &fault, bool on, Duration now);
    void to_host(const Fault &fault, Host &host, bool on, Duration now);
    void boot(Host &host);
    void to_kith(const Fault &fault, Host &host, bool on);
    void to_interface(const Fault &fault, Host &host, bool on);

    const Scenario &scenario_;
    testkit::SimNet &net_;
    testkit::NetworkSegment &segment_;
    const Hosts &hosts_;
    std::function<void(Host &)> start_;
    std::function<void(Host &)> reload_;
    DisturbanceTracker undisturbed_pairs_;
    DatagramInjector datagram_injector_;
    std::map<std::size_t, std::unique_ptr<SimulatedEpmd>> epmds_;
    std::map<std::pair<std::size_t, std::uint16_t>, std::unique_ptr<PortOccupier>> occupiers_;
    std::size_t given_ = 0; // number of addresses assigned by the current fault
};

} // namespace kith::sim
