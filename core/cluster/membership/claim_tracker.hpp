// SPDX-License-Identifier: MIT
//
// Which records claim which name, and what each claim counts as. Between the record table, which knows no names, and the name table,
// which knows no sources: every change of a record's name or presence is brought to both here.
//
// A key that changes its name leaves the old name missing, not gone: its record leaves a *ghost*, which claims the old name until it is
// gone like any missing record, or another key of the source has that name.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/loss_cause.hpp>
#include <core/cluster/membership/member_state.hpp>
#include <core/cluster/membership/membership_change.hpp>
#include <kith/hosting/peer_view.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class NamingRules;
class MemberTable;
class RecordTable;
class SourceSelection;

class ClaimTracker {
  public:
    // All of them outlive it.
    ClaimTracker(const SourceSelection &sources, RecordTable &records, MemberTable &names, const NamingRules &policy)
        : sources_(sources), records_(records), names_(names), policy_(policy) {}

    // -- one record --
    // A new one, or one that claims nothing: it claims the name that the policy gives it. One without a name is counted.
    void claim(RecordId id, const PeerView &peer, ObservationTally &tally);
    // The same for one that was remembered, which is no collision and not counted.
    void claim_remembered(RecordId id, const PeerView &peer);
    // It is present, and its peer is another one: it keeps its name, or claims another one and leaves the old one missing.
    void change_peer(RecordId id, const PeerView &peer, bool was_remembered, Time now, ObservationTally &tally);
    // Its presence has changed.
    void update(RecordId id);
    // Removes the record; its claim ends for this cause.
    void remove(RecordId id, LossCause cause, Time now);
    // It is present and claims nothing: counts it.
    void count_unnamed(RecordId id, ObservationTally &tally);

    // -- all of them --
    // The source came into use, or went out of it.
    void update_all(SourceId source);
    // policy.name has changed: every record claims the name that it has now, and nothing is left missing.
    void rename_all();

    // -- what is to be told of claims: collisions, and new attributes of a known name --
    const std::vector<MembershipChange> &noted() const { return noted_; }
    void clear_noted() { noted_.clear(); }
    std::uint64_t collisions() const { return collisions_; }

  private:
    void claim_name(RecordId id, std::string_view name);
    void claim_entry(RecordId id, MemberId entry);
    void unclaim(RecordId id);
    void add_ghost(RecordId id, LossCause cause, Time now);
    void remove_ghost(RecordId ghost);
    void remove_ghosts(MemberId entry, SourceId source);
    void rename(RecordId id);
    void check_collision(RecordId id, MemberId entry);
    void note(ChangeKind kind, RecordId id, RecordId other = RecordId::none);
    Contribution contribution_of(RecordId id) const;

    const SourceSelection &sources_;
    RecordTable &records_;
    MemberTable &names_;
    const NamingRules &policy_;
    std::vector<MembershipChange> noted_;
    std::uint64_t collisions_ = 0;
    std::string name_;
    std::vector<AttributeView> attributes_;
};

} // namespace kith::core
