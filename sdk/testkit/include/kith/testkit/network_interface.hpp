// SPDX-License-Identifier: MIT
//
// One network interface of a machine: the segment it is plugged into, its addresses, and what is wrong with it. `lo` is number 1 and
// in no segment; `SimNet::machine` makes `eth0`, number 2. What is set here holds from that moment on, for what is under way too.
#pragma once

#include <kith/testkit/address.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

class SimulatedMachine;
class Segment;
class SimNet;

/// Which datagrams an interface takes from its segment. Streams are not concerned.
enum class Hears : std::uint8_t {
    everything,
    no_groups, ///< those to its own addresses alone: a switch that has forgotten who listens to a group
    itself,    ///< none but what its own machine sends to a group or a broadcast address, which the machine loops back
    nothing,   ///< not even those
};

/// What becomes of datagrams that its machine sends by an interface. What the machine hears of itself is not concerned.
enum class Sends : std::uint8_t {
    everything,
    nothing, ///< they are taken, and never seen again
    later,   ///< its queue is full: sends wait, until they may go or their time is over
    denied,  ///< a firewall: KITH_DENIED
};

class NetworkInterface {
  public:
    NetworkInterface(SimulatedMachine &machine, std::string_view name, std::uint32_t number, Segment *segment,
                     std::vector<Subnet> addresses);
    NetworkInterface(const NetworkInterface &) = delete;
    NetworkInterface &operator=(const NetworkInterface &) = delete;

    SimulatedMachine &machine() const noexcept { return machine_; }
    const std::string &name() const noexcept { return name_; }
    std::uint32_t number() const noexcept { return number_; }
    Segment *segment() const noexcept { return segment_; } ///< null: it is the loopback
    const std::vector<Subnet> &addresses() const noexcept { return addresses_; }
    bool usable() const noexcept { return there_ && up_; }
    bool there() const noexcept { return there_; }
    Hears hears() const noexcept { return hears_; }
    Sends sends() const noexcept { return sends_; }
    double loss() const noexcept { return loss_; }

    /// Its first address of that family; null when it has none.
    const Address *address(std::uint8_t family) const noexcept;
    bool has(const Address &address) const noexcept;
    bool has_broadcast(const Address &address) const noexcept;

    // ---- bad days ----

    /// Streams through it stand still, datagrams by it are refused with KITH_UNREACHABLE, and the groups joined on it are told so.
    void down();
    /// Groups are joined again.
    void up();
    /// It is taken out of the machine, and its addresses with it.
    void remove();
    /// It is there and up again, with other addresses if some are given.
    void come_back(std::initializer_list<std::string_view> addresses = {});
    /// It is given other addresses. Names of the resolver stay as they are.
    void addresses(std::initializer_list<std::string_view> addresses);

    void hears(Hears what);
    void sends(Sends what);
    /// How many datagrams of others get lost on the last yard: 0 to 1.
    void loss(double probability);

  private:
    void changed(const char *what, std::int64_t value);
    void set(std::initializer_list<std::string_view> addresses);

    SimulatedMachine &machine_;
    std::string name_;
    std::uint32_t number_;
    Segment *segment_;
    std::vector<Subnet> addresses_;
    bool there_ = true, up_ = true;
    Hears hears_ = Hears::everything;
    Sends sends_ = Sends::everything;
    double loss_ = 0;
};

} // namespace kith::testkit
