// SPDX-License-Identifier: MIT
//
// Whether one source can look, how often it has looked, and for how long it has heard. Knows no record.
//
// A source can look (`stale` is false) until an observation fails, or until nothing was heard for as long as its shortest lease.
// Observations are counted because a peer is gone only when `policy.confirm` of them missed it. A source that follows every change (a
// watch in sync, or leases on a medium that is heard) counts without reporting: one observation in each interval, while it can look.
// The hearing clock, on which leases run, goes on by the time between two signs of life, unless that is longer than the shortest
// lease, which is silence: after an hour of silence every lease has as much left as before.
#pragma once

#include <core/cluster/base/time.hpp>

#include <cstdint>

namespace kith::core {

class SourceLiveness {
  public:
    // interval: of the observations of a source that follows every change; not 0.
    explicit SourceLiveness(Time interval) : interval_(interval) {}
    void set_interval(Time interval, Time now);

    // -- inputs --
    // It reported peers. counts: what it does not have is missing in one more observation.
    void observed(Time now, bool counts);
    void watching(bool in_sync, Time now);
    void heard(Time now);
    void failed(Time now);
    // Nothing was heard until silent_at(): from now on it is stale.
    void fell_silent(Time now);
    // A lease begins: answers when it ends, on the hearing clock.
    Time lease(Time ttl, Time now) {
        if (ttl < shortest_ttl_) shorten_patience(ttl, now);
        return later(hearing_, ttl);
    }

    // -- what it can tell --
    bool looked() const { return looked_; }
    bool stale() const { return failing_ || silent_; }
    // For how long nothing was heard when it is stale for that; 0 when it is not.
    Time silence() const { return silent_ ? shortest_ttl_ : 0; }
    Time silent_at() const { return leased() && !silent_ ? later(heard_at_, shortest_ttl_) : never; }
    Time hearing() const { return hearing_; } // the hearing clock
    // When it last knew what there is.
    Time fresh_at(Time now) const { return flowing_ ? now : fresh_at_; }

    // -- observations --
    std::uint64_t observations(Time now) const;
    // When so many observations will have been counted: 0 when they are, never when that needs another report.
    Time counted_at(std::uint64_t observations) const;

    // -- a full report --
    // A source that reports its peers one by one may never say that these are all; it counts as having reported all of them at the
    // end of a term, which a failure ends and silence suspends.
    void expect_full_report(Time by);
    void end_full_report() { full_report_by_ = never; }
    Time full_report_at() const { return stale() ? never : full_report_by_; }

  private:
    bool leased() const { return shortest_ttl_ != never; }
    void shorten_patience(Time ttl, Time now);
    void sign_of_life(Time now);
    void update_flow(Time now);

    bool looked_ = false;
    bool failing_ = false;
    bool silent_ = false; // it has leases, and nothing was heard
    bool in_sync_ = false;
    bool flowing_ = false; // it follows every change, and can look
    Time fresh_at_ = 0;    // while not flowing
    Time full_report_by_ = never;

    std::uint64_t observations_ = 0; // until flows_since_, with those that came since
    Time flows_since_ = 0;
    Time interval_;

    Time shortest_ttl_ = never;
    Time heard_at_ = 0;
    Time hearing_ = 0;
};

} // namespace kith::core
