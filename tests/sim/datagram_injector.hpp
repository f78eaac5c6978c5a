// SPDX-License-Identifier: MIT
//
// Sends datagrams that come from no kith: arbitrary bytes, plain libcluster heartbeats, and replays of recorded datagrams.
#pragma once

#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/random.hpp>
#include <tests/sim/scenario.hpp>

#include <deque>
#include <string>

namespace kith::sim {

class DatagramInjector {
  public:
    DatagramInjector(testkit::SimNet &net, testkit::NetworkSegment &segment, std::uint64_t seed)
        : net_(net), segment_(segment), random_(seed) {}

    /// Records the datagrams that are sent from now on, for replays; the last 1,000 are kept.
    void listen();
    /// Sends the datagrams at equal intervals during `over`. `datagrams` outlives the run.
    void send(const InjectedDatagrams &datagrams, Duration over);

  private:
    struct RecordedDatagram {
        std::size_t sender;
        std::string from, to;
        std::uint16_t from_port, to_port;
        std::string bytes;
    };
    void send_one(const InjectedDatagrams &datagrams, std::size_t number);
    std::string altered(const InjectedDatagrams &datagrams, std::string bytes);

    testkit::SimNet &net_;
    testkit::NetworkSegment &segment_;
    testkit::Random random_;
    std::deque<RecordedDatagram> recorded_;
};

} // namespace kith::sim
