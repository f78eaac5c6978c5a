// SPDX-License-Identifier: MIT
//
// Maintains which record claims which name, and what each claim counts as. It connects the record table, which contains no
// names, with the member table, which contains no sources: every change of a record's name or presence is applied to both here.
//
// When a key changes its name, the old name is missing, not gone: its record leaves a *ghost*, which claims the old name until
// it is gone as any missing record, or until another key of the source has that name.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/loss_cause.hpp>
#include <core/cluster/membership/member_state.hpp>
#include <core/cluster/membership/membership_change.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

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
    // The arguments outlive the tracker.
    ClaimTracker(const SourceSelection &sources, RecordTable &records, MemberTable &names, const NamingRules &policy)
        : sources_(sources), records_(records), names_(names), policy_(policy) {}

    // -- one record --
    // A record that claims nothing yet claims the name that the naming rules give it. A record without a name is counted.
    void claim(RecordId id, const PeerView &peer, ObservationTally &tally);
    // The same for a remembered record, for which collisions are not reported and nothing is counted.
    void claim_remembered(RecordId id, const PeerView &peer);
    // The peer of a present record has changed: the record keeps its name, or claims another one and leaves the old one
    // missing.
    void change_peer(RecordId id, const PeerView &peer, bool was_remembered, Time now, ObservationTally &tally);
    // The presence of the record has changed.
    void update(RecordId id);
    // Removes the record and its claim, with this cause.
    void remove(RecordId id, LossCause cause, Time now);
    // Counts a record that is present and claims nothing.
    void count_unnamed(RecordId id, ObservationTally &tally);

    // -- all of them --
    // The source was taken into use or out of use.
    void update_all(SourceId source);
    // policy.name has changed: every record claims its new name, and the old names are not left missing.
    void rename_all();

    // -- changes to publish: collisions, and new attributes of a known name --
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
