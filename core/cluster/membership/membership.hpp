// SPDX-License-Identifier: MIT
//
// The set of peers of one topology. An observation passes through the parts of this folder in this order:
//
//   resolve   ObservationMatcher   which record is each of its peers?
//   record    RecordTable     what each source reported for each key, present or missing
//   claim     MemberTable       which records stand for which name, and what each counts as
//   decide    MemberStateDecider     the state of each name that was touched
//   guard     RemovalGuard    are these too many removals at once?
//   change    MembershipChange, of which the owner makes events, and classes for the reconciler
//
// The first three steps are part of the input. settle() performs the others for all touched names, so that the guard sees a
// whole observation. A membership calls no connector and publishes no events. The cost is proportional to the number of touched
// records. Use by its owner:
//
//   input; settle(now, changes); use the changes; sweep();
//   if (next_deadline() <= now) { advance(now); settle, use, sweep as above }
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/status.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/claim_tracker.hpp>
#include <core/cluster/membership/link_queries.hpp>
#include <core/cluster/membership/member_state_decider.hpp>
#include <core/cluster/membership/member_table.hpp>
#include <core/cluster/membership/membership_change.hpp>
#include <core/cluster/membership/membership_queries.hpp>
#include <core/cluster/membership/naming_rules.hpp>
#include <core/cluster/membership/observation_matcher.hpp>
#include <core/cluster/membership/record_table.hpp>
#include <core/cluster/membership/record_updater.hpp>
#include <core/cluster/membership/source_selection.hpp>
#include <core/config/policy.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace kith::core {

class Membership {
  public:
    // names and links outlive the membership.
    Membership(Policy policy, Interner &names, const LinkQueries &links);
    Membership(const Membership &) = delete;
    Membership &operator=(const Membership &) = delete;

    SourceId add_source();

    // -- observations; a refused one (KITH_INVALID, KITH_LIMIT) changes nothing --
    Status replace(SourceId source, std::span<const PeerView> peers, Time now, ObservationTally &tally);
    Status update(SourceId source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                  std::span<const std::string_view> left, Time now, ObservationTally &tally);
    void watching(SourceId source, bool in_sync, Time now);
    void heard(SourceId source, Time now);
    void failed(SourceId source, Time now);
    // Another instance observes for the source from now on, with other options or of another plugin. Its peers stay until it has
    // reported all: by replace, by watching, or within `grace`, at least 60 s, of its first report. Those that it has not reported
    // then are missing.
    void restarted(SourceId source, Time now);

    // Adds peers known from before a restart. They are held until the source's first successful observation. Those that it does
    // not contain are then forgotten, not removed. Does nothing when the source has already reported. Peers beyond max_peers
    // are not added.
    void remember(SourceId source, std::span<const PeerView> peers);

    // -- policy --
    void set_self(std::string_view name); // empty: unknown
    void set_policy(Policy policy, Time now);
    const Policy &policy() const { return policy_; }
    // The name is neither linked nor busy any more: a name that is gone is now forgotten.
    void quiet(NameId name);

    // -- orders of an operator --
    // Grace periods and the removal guard stand still until resume; observations are recorded as before.
    void pause(Time now);
    void resume(Time now);
    // Carries out the removals that are held.
    void confirm_removals() { decider_.confirm(); }
    // Removes a member at once, whatever its sources report; it returns when a source reports it again.
    void remove(NameId name, Time now);
    // The topology ends: every name gets the class `none`.
    void give_up(std::vector<MembershipChange> &changes) { decider_.give_up(changes); }

    // -- deciding --
    bool unsettled() const { return names_.any_touched(); }
    void settle(Time now, std::vector<MembershipChange> &changes);
    // Call it after the changes were used: frees unused names.
    void sweep() { names_.sweep(); }
    Time next_deadline() const;
    void advance(Time now); // settle() must follow

    // -- knowledge --
    const MembershipQueries &queries() const { return queries_; }
    const SourceLiveness &source(SourceId source) const { return sources_[source]; }
    const RecordTable &records() const { return records_; }
    std::size_t size() const { return names_.members(); }
    std::size_t guarded() const { return decider_.held(); } // number of names whose removal the guard holds
    std::uint64_t hold() const { return decider_.hold(); }  // as RemovalGuard::hold
    std::string_view self() const { return naming_rules_.self(); }
    std::uint64_t collisions() const { return claims_.collisions(); }

  private:
    void apply(SourceId source, const ObservationMatcher::Match &match, const PeerView &peer, bool learnt, Time now,
               ObservationTally &tally) {
        if (match.record == RecordId::none) {
            updater_.add(source, peer, learnt, now, tally);
        } else {
            updater_.renew(match.record, peer, match.same, learnt, now, tally);
        }
    }
    void begin_observation(SourceId source, Time now, bool counts);
    void end_observation(SourceId source, Time now, ObservationTally &tally);
    void select_sources();
    void judge_again(MemberId id);
    Time silent_at(SourceId source) const;
    Status too_many(std::size_t peers) const;

    Policy policy_;
    NamingRules naming_rules_;
    SourceSelection sources_;
    RecordTable records_;
    ObservationMatcher matcher_;
    MemberTable names_;
    ClaimTracker claims_;
    RecordUpdater updater_;
    MemberStateDecider decider_;
    MembershipQueries queries_;
};

} // namespace kith::core
