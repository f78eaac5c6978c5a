// SPDX-License-Identifier: MIT
//
// One network: every machine on it receives its broadcasts, and the datagrams of groups that it has joined. The faults set here
// (delay, loss, duplication, reordering) apply to datagrams only; TCP streams use those of the SimNet. Probabilities are 0 to 1
// and drawn from the seed for each datagram and each receiving machine.
#pragma once

#include <kith/testkit/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

class NetworkInterface;
class SimulatedMachine;
class SimNet;

/// A datagram as it is sent to a segment, before losses. Borrowed.
struct Sighting {
    std::chrono::nanoseconds at;
    const SimulatedMachine *sender; ///< null for an injected datagram
    SocketName from, to;
    std::string_view bytes;
};

class NetworkSegment {
  public:
    using Duration = std::chrono::nanoseconds;

    NetworkSegment(SimNet &net, std::string_view name, std::uint32_t index) : net_(net), name_(name), index_(index) {}
    NetworkSegment(const NetworkSegment &) = delete;
    NetworkSegment &operator=(const NetworkSegment &) = delete;

    const std::string &name() const noexcept { return name_; }
    std::uint32_t index() const noexcept { return index_; }

    // ---- faults ----

    /// The range of the delay of a datagram, drawn once for all receivers. By default that of the SimNet.
    void delay(Duration least, Duration most);
    void loss(double probability);
    /// The probability that a machine receives a datagram twice.
    void duplicate(double probability);
    /// The probability that a machine receives a datagram up to `most` later, so that later datagrams overtake it.
    void reorder(double probability, Duration most);
    /// false: a datagram to a group reaches only its sender's own machine.
    void multicast(bool passes);
    /// The maximum size of a datagram in bytes; a longer send is refused with KITH_LIMIT. KITH_UDP_MAX_SIZE initially.
    void longest(std::size_t bytes);

    // ---- injection and observation ----

    /// Sends a datagram with any bytes from any address, with or without a machine of that address. It is sent now.
    void inject(std::string_view from, std::uint16_t from_port, std::string_view to, std::uint16_t port,
                std::string_view bytes);
    /// Sets a function that is called for each datagram sent to this segment. It is called within the send and may call only
    /// `SimNet::in`. There is one function per segment.
    void tap(std::function<void(const Sighting &)> see) { tap_ = std::move(see); }

    // ---- for the implementation of the simulation ----

    const std::vector<NetworkInterface *> &interfaces() const noexcept { return interfaces_; }
    const std::vector<NetworkSegment *> &neighbours() const noexcept { return neighbours_; }
    std::uint64_t draw_delay();
    bool perfect() const noexcept { return loss_ == 0 && duplicate_ == 0 && reorder_ == 0; }
    bool loses();
    bool duplicates();
    /// The additional delay of this datagram; 0: none.
    std::uint64_t straggles();
    bool multicast() const noexcept { return multicast_; }
    std::size_t longest() const noexcept { return longest_; }
    void see(const Sighting &sighting) const {
        if (tap_) tap_(sighting);
    }
    void plug(NetworkInterface &interface) { interfaces_.push_back(&interface); }
    void connect(NetworkSegment &other);
    /// The number of routers between two segments; nullopt when there is no route.
    std::optional<std::uint32_t> distance(const NetworkSegment &other) const;

  private:
    void set(const char *what, double value);

    SimNet &net_;
    std::string name_;
    std::uint32_t index_;
    std::vector<NetworkInterface *> interfaces_; // in the order of their plug()
    std::vector<NetworkSegment *> neighbours_;
    std::uint64_t delay_least_ = 0, delay_most_ = 0;
    bool own_delay_ = false, multicast_ = true;
    double loss_ = 0, duplicate_ = 0, reorder_ = 0;
    std::uint64_t reorder_most_ = 0;
    std::size_t longest_ = 65507;
    std::function<void(const Sighting &)> tap_;
};

} // namespace kith::testkit
