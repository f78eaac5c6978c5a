// SPDX-License-Identifier: MIT
//
// Liveness of one source: whether it can observe, how many observations it has made, and its hearing clock. Independent of
// records.
//
// A source can observe (`stale` is false) until an observation fails, or until there was no sign of life for the length of its
// shortest lease. Observations are counted because a peer is gone only when it is missing in `policy.confirm` of them. A source
// that follows every change (a watch in sync, or leases on a medium that it receives) counts one observation per interval
// without reporting, while it can observe. Leases run on the hearing clock. It advances by the time between two signs of life,
// unless that is longer than the shortest lease: that counts as silence, so after an hour of silence every lease has as much
// time left as before.
#pragma once

#include <core/cluster/base/time.hpp>

#include <cstdint>

namespace kith::core {

class SourceLiveness {
  public:
    // interval: the time between counted observations of a source that follows every change; not 0.
    explicit SourceLiveness(Time interval) : interval_(interval) {}
    void set_interval(Time interval, Time now);

    // -- inputs --
    // The source has reported peers. counts: peers that are not in the report are missing in one more observation.
    void observed(Time now, bool counts);
    void watching(bool in_sync, Time now);
    void heard(Time now);
    void failed(Time now);
    // There was no sign of life until silent_at(): the source is stale from now on.
    void fell_silent(Time now);
    // Another instance observes from now on, possibly of another plugin: it may have leases or none, and follows nothing yet.
    void restarted(Time now);
    // Begins a lease. Returns its end on the hearing clock.
    Time lease(Time ttl, Time now) {
        if (ttl < shortest_ttl_) shorten_patience(ttl, now);
        return later(hearing_, ttl);
    }

    // -- state --
    bool looked() const { return looked_; }
    bool in_sync() const { return in_sync_; } // it follows every change
    bool stale() const { return failing_ || silent_; }
    bool leased() const { return shortest_ttl_ != never; } // it has reported leases
    // The time without a sign of life when the source is stale because of silence, else 0.
    Time silence() const { return silent_ ? shortest_ttl_ : 0; }
    Time silent_at() const { return leased() && !silent_ ? later(heard_at_, shortest_ttl_) : never; }
    Time hearing() const { return hearing_; } // the hearing clock
    // When the source last had a current view.
    Time fresh_at(Time now) const { return flowing_ ? now : fresh_at_; }

    // -- observations --
    std::uint64_t observations(Time now) const;
    // When this number of observations will have been counted: 0 when they are, `never` when that needs another report.
    Time counted_at(std::uint64_t observations) const;

    // -- a full report --
    // A source that reports its peers one by one may never report that they are complete. It counts as having reported all at
    // the end of a term. A failure cancels the term, and silence suspends it.
    void expect_full_report(Time by);
    void end_full_report() { full_report_by_ = never; }
    Time full_report_at() const { return stale() ? never : full_report_by_; }

  private:
    void shorten_patience(Time ttl, Time now);
    void sign_of_life(Time now);
    void update_flow(Time now);

    bool looked_ = false;
    bool failing_ = false;
    bool silent_ = false; // it has leases, and there was no sign of life
    bool in_sync_ = false;
    bool flowing_ = false; // it follows every change, and can observe
    Time fresh_at_ = 0;    // while not flowing
    Time full_report_by_ = never;

    std::uint64_t observations_ = 0; // until flows_since_, with those reported since
    Time flows_since_ = 0;
    Time interval_;

    Time shortest_ttl_ = never;
    Time heard_at_ = 0;
    Time hearing_ = 0;
};

} // namespace kith::core
