// SPDX-License-Identifier: MIT
//
// Publishes observation.ok and observation.failed for the sources of one topology, and records what was published so that
// nothing is repeated.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/membership_change.hpp>
#include <kith/plugin.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct SourceReport {
    std::string name;
    bool ok_published = false;  // an observation.ok was published, and nothing has failed since
    std::uint64_t failures = 0; // consecutive failures
    std::uint64_t looks = 0;    // successful observations since the start
    std::uint64_t failed_looks = 0;
    std::int32_t status = KITH_OK;
    std::string text;
    Time failing_since = 0;
    std::uint64_t left_out = 0; // items left out since the last observation
    std::string left_out_reason;
    std::uint64_t left_out_published = 0;
    std::string left_out_reason_published;
    Time remembered_age = 0; // age of the remembered peers at remembered_at
    Time remembered_at = never;
};

class ObservationEvents {
  public:
    // The arguments outlive the object.
    ObservationEvents(std::string_view topology, EventBus &bus) : topology_(topology), bus_(bus) {}

    void add(std::string name) { reports_.emplace_back().name = std::move(name); }
    std::size_t size() const { return reports_.size(); }
    bool knows(SourceId source) const { return index_of(source) < reports_.size(); }
    const SourceReport &operator[](SourceId source) const { return reports_[index_of(source)]; }

    // Adds to the number of items that the next observation does not contain. The reason of the first is stored.
    void left_out(SourceId source, std::uint32_t items, std::string_view reason);
    // Publishes an event for the first observation, for each that changed the set or the items left out of it, and for the
    // first after a failure. whole: a `replace`; the changes of an `update` have their own events. Returns whether there was a
    // change.
    bool observed(SourceId source, ObservationTally &tally, bool whole, Time now);
    // Publishes an event when the failure begins and when its reason changes. The event of the next successful observation
    // contains the number of failures.
    void failed(SourceId source, std::int32_t status, std::string_view text, Time now);
    // Peers of the source are remembered; age is the time since it last reported them.
    void remembered(SourceId source, Time age, Time now);

  private:
    void publish_observed(const SourceReport &report, const ObservationTally &tally, std::uint64_t left_out, Time now);

    std::string_view topology_;
    EventBus &bus_;
    std::vector<SourceReport> reports_; // by SourceId
};

} // namespace kith::core
