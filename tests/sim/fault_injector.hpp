// SPDX-License-Identifier: MIT
//
// Makes the faults of a scenario come and go.
#pragma once

#include <kith/testkit/segment.hpp>
#include <tests/sim/epmd.hpp>
#include <tests/sim/ground.hpp>
#include <tests/sim/host.hpp>
#include <tests/sim/strangers.hpp>

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace kith::sim {

class Faults {
  public:
    using Hosts = std::vector<std::unique_ptr<Host>>;

    /// start: called to start a host's kith. All outlive it.
    Faults(const Scenario &scenario, testkit::SimNet &net, const Hosts &hosts, std::uint64_t seed,
           std::function<void(Host &)> start);

    void begin(const Fault &fault, Span now);
    /// Its `until` has come.
    void end(const Fault &fault, Span now);

    /// Neither host, nor what lies between them, was disturbed of late.
    bool calm(const Host &a, std::size_t b, Span now) const { return ground_.calm(a.index(), b, now); }
    /// Its kith was started or has ended.
    void shaken(const Host &host, Span now) { ground_.shake(host.index(), now); }

  private:
    void to_network(const Fault &fault, bool on, Span now);
    void to_host(const Fault &fault, Host &host, bool on, Span now);
    void boot(Host &host);
    void to_kith(const Fault &fault, Host &host, bool on);
    void to_interface(const Fault &fault, Host &host, bool on);

    const Scenario &scenario_;
    testkit::SimNet &net_;
    testkit::Segment &segment_;
    const Hosts &hosts_;
    std::function<void(Host &)> start_;
    Ground ground_;
    Strangers strangers_;
    std::map<std::size_t, std::unique_ptr<Epmd>> epmds_;
    std::map<std::pair<std::size_t, std::uint16_t>, std::unique_ptr<Occupier>> occupiers_;
    std::size_t given_ = 0; // addresses, by the fault that is under way
};

} // namespace kith::sim
