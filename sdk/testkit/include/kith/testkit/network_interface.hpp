// SPDX-License-Identifier: MIT
//
// A network interface of a machine: its segment, its addresses, and its faults. `lo` has number 1 and no segment;
// `SimNet::machine` creates `eth0`, number 2. Settings apply at once, also to packets in flight.
#pragma once

#include <kith/testkit/address.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

class SimulatedMachine;
class NetworkSegment;
class SimNet;

/// Which datagrams an interface receives from its segment. Streams are not affected.
enum class Hears : std::uint8_t {
    everything,
    no_groups, ///< only those to its own addresses, as behind a switch that has lost the group memberships
    itself,    ///< only what its own machine sends to a group or broadcast address, which the machine loops back
    nothing,   ///< none
};

/// What is done with datagrams that the machine sends by the interface. Datagrams that the machine loops back are not affected.
enum class Sends : std::uint8_t {
    everything,
    nothing, ///< they are accepted and lost
    later,   ///< the queue is full: sends wait until it has room or they time out
    denied,  ///< a firewall: KITH_DENIED
};

class NetworkInterface {
  public:
    NetworkInterface(SimulatedMachine &machine, std::string_view name, std::uint32_t number, NetworkSegment *segment,
                     std::vector<Subnet> addresses);
    NetworkInterface(const NetworkInterface &) = delete;
    NetworkInterface &operator=(const NetworkInterface &) = delete;

    SimulatedMachine &machine() const noexcept { return machine_; }
    const std::string &name() const noexcept { return name_; }
    std::uint32_t number() const noexcept { return number_; }
    NetworkSegment *segment() const noexcept { return segment_; } ///< null for the loopback
    const std::vector<Subnet> &addresses() const noexcept { return addresses_; }
    bool usable() const noexcept { return there_ && up_; }
    bool there() const noexcept { return there_; }
    Hears hears() const noexcept { return hears_; }
    Sends sends() const noexcept { return sends_; }
    double loss() const noexcept { return loss_; }

    /// The first address of that family; null when there is none.
    const Address *address(std::uint8_t family) const noexcept;
    bool has(const Address &address) const noexcept;
    bool has_broadcast(const Address &address) const noexcept;

    // ---- faults ----

    /// Takes the interface down: its streams stall, datagrams are refused with KITH_UNREACHABLE, and the memberships on it
    /// report that.
    void down();
    /// Takes the interface up again. Groups are joined again.
    void up();
    /// Removes the interface and its addresses from the machine.
    void remove();
    /// Adds the interface again, in state up, with other addresses if given.
    void come_back(std::initializer_list<std::string_view> addresses = {});
    /// Sets other addresses. The names of the resolver are not changed.
    void addresses(std::initializer_list<std::string_view> addresses);

    void hears(Hears what);
    void sends(Sends what);
    /// The probability (0 to 1) that a datagram from another machine is lost before this interface.
    void loss(double probability);

  private:
    void changed(const char *what, std::int64_t value);
    void set(std::initializer_list<std::string_view> addresses);

    SimulatedMachine &machine_;
    std::string name_;
    std::uint32_t number_;
    NetworkSegment *segment_;
    std::vector<Subnet> addresses_;
    bool there_ = true, up_ = true;
    Hears hears_ = Hears::everything;
    Sends sends_ = Sends::everything;
    double loss_ = 0;
};

} // namespace kith::testkit
