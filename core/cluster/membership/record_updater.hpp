// SPDX-License-Identifier: MIT
//
// What happens to records: they come, are seen again, go missing, end with their lease or with `grace` and `confirm`, and make room when
// policy.max_peers is reached. Each step is brought to the claims.
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
#include <kith/hosting/peer_view.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace kith::core {

class ClaimTracker;
class MemberTable;

class RecordUpdater {
  public:
    // All of them outlive it.
    RecordUpdater(const Policy &policy, SourceSelection &sources, RecordTable &records, const MemberTable &names,
                  ClaimTracker &claims, const LinkQueries &links)
        : policy_(policy), sources_(sources), records_(records), names_(names), claims_(claims), links_(links) {}

    // -- as an observation has them; learnt: by itself, so that it may have to make room again --
    // A new key.
    void add(SourceId source, const PeerView &peer, bool learnt, Time now, ObservationTally &tally);
    // A known one; same: what it says has not changed. It is present now.
    void renew(RecordId id, const PeerView &peer, bool same, bool learnt, Time now, ObservationTally &tally);
    // A key of `missing`, of `left`. Nothing for an unknown one.
    void report_missing(SourceId source, std::string_view key, Time now, ObservationTally &tally);
    void report_left(SourceId source, std::string_view key, Time now, ObservationTally &tally);
    // Not in it: present -> missing.
    void miss(RecordId id, LossCause cause, Time now);
    // Every present one that the observation did not have.
    void miss_others(SourceId source, Time now, ObservationTally &tally);
    void remove(RecordId id, LossCause cause, Time now);

    // -- from before a restart --
    // Those whose key the source has not; over policy.max_peers the rest is not taken.
    void remember(SourceId source, std::span<const PeerView> peers);
    // The source has looked, and does not have the others.
    void forget_remembered(SourceId source, Time now);

    // -- by time --
    // When the longest missing one is gone, as far as time alone can bring it about.
    Time gone_at(SourceId source) const;
    void remove_gone(SourceId source, Time now);
    void expire_leases(SourceId source, Time now);

    // -- policy.max_peers --
    // Removes so many of the learnt ones that never linked, longest known first; false, and nothing done, when there are too few.
    bool make_room(std::size_t wanted, Time now);
    // What is missing must not grow without bound either: those without a link go first, and nothing is parted by it.
    void trim_missing(Time now);

  private:
    void see_again(RecordId id, bool learnt);
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
};

} // namespace kith::core
