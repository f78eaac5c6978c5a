// SPDX-License-Identifier: MIT
//
// One network: whoever is plugged into it hears its broadcasts, and its groups where joined. Its weather is that of datagrams; streams
// have the SimNet's. Probabilities are 0 to 1, drawn from the seed for each datagram and each machine that would hear it.
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

/// A datagram as it goes onto a segment, before any of it is lost. Borrowed.
struct Sighting {
    std::chrono::nanoseconds at;
    const SimulatedMachine *sender; ///< null: it was injected
    SocketName from, to;
    std::string_view bytes;
};

class Segment {
  public:
    using Duration = std::chrono::nanoseconds;

    Segment(SimNet &net, std::string_view name, std::uint32_t index) : net_(net), name_(name), index_(index) {}
    Segment(const Segment &) = delete;
    Segment &operator=(const Segment &) = delete;

    const std::string &name() const noexcept { return name_; }
    std::uint32_t index() const noexcept { return index_; }

    // ---- weather ----

    /// How long a datagram is under way: drawn once for all who hear it. Until it is said, that of the SimNet.
    void delay(Duration least, Duration most);
    void loss(double probability);
    /// A machine hears it twice.
    void duplicate(double probability);
    /// A machine hears it by up to `most` later than others do, so that later ones overtake it.
    void reorder(double probability, Duration most);
    /// Without: a datagram to a group reaches nobody but its sender's own machine.
    void multicast(bool passes);
    /// The longest datagram that it carries, in bytes: beyond it a send is refused with KITH_LIMIT. KITH_UDP_MAX_SIZE at first.
    void longest(std::size_t bytes);

    // ---- strangers ----

    /// A datagram with any bytes, from any address: it needs no machine, and may be that of one. It goes onto the segment now.
    void inject(std::string_view from, std::uint16_t from_port, std::string_view to, std::uint16_t port,
                std::string_view bytes);
    /// See each datagram that goes onto it. Called within the send: no calls into the net but `SimNet::in`. One for each segment.
    void tap(std::function<void(const Sighting &)> see) { tap_ = std::move(see); }

    // ---- for those who build the world ----

    const std::vector<NetworkInterface *> &interfaces() const noexcept { return interfaces_; }
    const std::vector<Segment *> &neighbours() const noexcept { return neighbours_; }
    std::uint64_t draw_delay();
    bool perfect() const noexcept { return loss_ == 0 && duplicate_ == 0 && reorder_ == 0; }
    bool loses();
    bool duplicates();
    /// How much later this one is heard; 0: it is not.
    std::uint64_t straggles();
    bool multicast() const noexcept { return multicast_; }
    std::size_t longest() const noexcept { return longest_; }
    void see(const Sighting &sighting) const {
        if (tap_) tap_(sighting);
    }
    void plug(NetworkInterface &interface) { interfaces_.push_back(&interface); }
    void connect(Segment &other);
    /// Routers between the two; nothing when there is no way.
    std::optional<std::uint32_t> distance(const Segment &other) const;

  private:
    void set(const char *what, double value);

    SimNet &net_;
    std::string name_;
    std::uint32_t index_;
    std::vector<NetworkInterface *> interfaces_; // in the order they were plugged in
    std::vector<Segment *> neighbours_;
    std::uint64_t delay_least_ = 0, delay_most_ = 0;
    bool own_delay_ = false, multicast_ = true;
    double loss_ = 0, duplicate_ = 0, reorder_ = 0;
    std::uint64_t reorder_most_ = 0;
    std::size_t longest_ = 65507;
    std::function<void(const Sighting &)> tap_;
};

} // namespace kith::testkit
