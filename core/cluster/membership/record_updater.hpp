// SPDX-License-Identifier: MIT
//
// Updates records: adds them, renews them, marks them as missing, removes them by their lease or after `grace` and `confirm`,
// and evicts them when policy.max_peers is reached. Each update is applied to the claims.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/link_queries.hpp>
#include <core/cluster/membership/loss_cause.hpp>
#include <core/cluster/membership/membership_change.hpp>
#include <core/cluster/membership/record_table.hpp>
#include <core/cluster/membership/source_selection.hpp>
#include <core/config/policy.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace kith::core {

class ClaimTracker;
class MemberTable;

class RecordUpdater {
  public:
    // The arguments outlive the object.
    RecordUpdater(const Policy &policy, SourceSelection &sources, RecordTable &records, const MemberTable &names,
                  ClaimTracker &claims, const LinkQueries &links)
        : policy_(policy), sources_(sources), records_(records), names_(names), claims_(claims), links_(links) {}

    // -- by an observation; learnt: the peer came by `update`, so it may be evicted later --
    // A new key.
    void add(SourceId source, const PeerView &peer, bool learnt, Time now, ObservationTally &tally);
    // A known key; same: the peer has not changed. The record is present now.
    void renew(RecordId id, const PeerView &peer, bool same, bool learnt, Time now, ObservationTally &tally);
    // A key in `missing` or in `left`. Does nothing for an unknown key.
    void report_missing(SourceId source, std::string_view key, Time now, ObservationTally &tally);
    void report_left(SourceId source, std::string_view key, Time now, ObservationTally &tally);
    // The observation does not contain it: present -> missing.
    void miss(RecordId id, LossCause cause, Time now);
    // The same for every present record that the observation does not contain.
    void miss_others(SourceId source, Time now, ObservationTally &tally);
    void remove(RecordId id, LossCause cause, Time now);

    // -- from before a restart --
    // Adds peers whose key the source does not have yet. Peers beyond policy.max_peers are not added.
    void remember(SourceId source, std::span<const PeerView> peers);
    // The source has reported all its peers: removes its records that are still only remembered, and those of a former run are
    // missing, unless they have leases that still run.
    void end_full_report(SourceId source, Time now);

    // -- by time --
    // When the record that has been missing longest is gone, as far as this depends on time alone.
    Time gone_at(SourceId source) const;
    void remove_gone(SourceId source, Time now);
    void expire_leases(SourceId source, Time now);
    // No record is removed because of time until resume; a missing one then has as much of its grace left as before.
    void pause(Time now) { paused_at_ = now; }
    void resume(Time now);

    // -- policy.max_peers --
    // Evicts this number of records that came by `update` and never linked, longest known first. Returns false without a change
    // when there are too few.
    bool make_room(std::size_t wanted, Time now);
    // Limits the number of missing records: removes those without a link, longest missing first. Nothing is disconnected by it.
    void trim_missing(Time now);

  private:
    void see_again(RecordId id, bool learnt);
    void miss_former_run(SourceId source, Time now);
    void renew_lease(RecordId id, Time ttl, Time now) {
        const SourceId source = records_[id].source;
        records_.leases().renew(source, id, ttl, ttl == 0 ? never : sources_[source].lease(ttl, now));
    }
    NameId name_of(RecordId id) const;

    const Policy &policy_;
    SourceSelection &sources_;
    RecordTable &records_;
    const MemberTable &names_;
    ClaimTracker &claims_;
    const LinkQueries &links_;
    Time paused_at_ = never; // never: not paused
};

} // namespace kith::core
