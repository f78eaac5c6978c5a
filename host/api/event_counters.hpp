// SPDX-License-Identifier: MIT
//
// What the events of the bus add up to, for the metrics: counts by kind, failed attempts by their reason, and how long a peer takes from
// the moment it is first seen to its link. Observes the bus, so each event is counted, in a burst that is larger than the ring too.
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <kith/hosting/event_kind.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kith::app {

/// Counts of values up to each bound, as Prometheus wants them.
struct Histogram {
    explicit Histogram(std::vector<double> bounds_) : bounds(std::move(bounds_)), counts(bounds.size() + 1) {}
    void add(double value);

    std::vector<double> bounds;
    std::vector<std::uint64_t> counts; ///< one more than bounds; not cumulative
    double sum = 0;
};

class EventCounters {
  public:
    static constexpr std::size_t most_waiting = 65'536; ///< peers between first sight and link; more are not measured

    /// Becomes the observer of the bus, which outlives it.
    explicit EventCounters(core::EventBus &bus);
    ~EventCounters();
    EventCounters(const EventCounters &) = delete;
    EventCounters &operator=(const EventCounters &) = delete;

    std::uint64_t of(std::uint32_t kind) const { return kinds_[kind]; }
    /// By connector and status.
    const std::map<std::pair<std::string, std::int32_t>, std::uint64_t> &connect_failures() const { return failures_; }
    /// By connector: attempts that were begun.
    const std::map<std::string, std::uint64_t, std::less<>> &connects() const { return connects_; }
    const std::map<std::string, Histogram, std::less<>> &link_delays() const { return delays_; }

  private:
    void count(const core::StoredEvent &event);

    core::EventBus &bus_;
    std::array<std::uint64_t, event_kind_names.size()> kinds_{};
    std::map<std::pair<std::string, std::int32_t>, std::uint64_t> failures_;
    std::map<std::string, std::uint64_t, std::less<>> connects_;
    std::map<std::string, Histogram, std::less<>> delays_;
    boost::unordered_flat_map<std::uint64_t, std::int64_t> seen_; // by hash of topology and name: when
};

} // namespace kith::app
