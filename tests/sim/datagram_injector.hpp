// SPDX-License-Identifier: MIT
//
// Whoever is on the network and is no kith: senders of any bytes, those who repeat what others sent, and programs that have a port.
#pragma once

#include <kith/testkit/machine.hpp>
#include <kith/testkit/random.hpp>
#include <kith/testkit/segment.hpp>
#include <tests/sim/scenario.hpp>

#include <deque>
#include <memory>
#include <string>

namespace kith::sim {

class Strangers {
  public:
    Strangers(testkit::SimNet &net, testkit::Segment &segment, std::uint64_t seed)
        : net_(net), segment_(segment), random_(seed) {}

    /// Keep what is sent from now on, for replays.
    void listen();
    /// packets: outlive the run. They are spread evenly over the span.
    void send(const Packets &packets, Span over);

  private:
    struct Overheard {
        std::size_t sender;
        std::string from, to;
        std::uint16_t from_port, to_port;
        std::string bytes;
    };
    void send_one(const Packets &packets, std::size_t number);
    std::string altered(const Packets &packets, std::string bytes);

    testkit::SimNet &net_;
    testkit::Segment &segment_;
    testkit::Random random_;
    std::deque<Overheard> overheard_;
};

/// A program that has a UDP port of a machine for itself, as long as it lives.
class Occupier {
  public:
    Occupier(testkit::Machine &machine, std::uint16_t port);
    ~Occupier();
    Occupier(const Occupier &) = delete;
    Occupier &operator=(const Occupier &) = delete;

  private:
    struct Body;
    std::unique_ptr<Body> body_;
};

} // namespace kith::sim
