// SPDX-License-Identifier: MIT
#include <core/cluster/membership/claim_tracker.hpp>
#include <core/cluster/membership/member_table.hpp>
#include <core/cluster/membership/naming_rules.hpp>
#include <core/cluster/membership/record_table.hpp>
#include <core/cluster/membership/source_selection.hpp>

#include <utility>

namespace kith::core {

namespace {

// The number of claims of one name that are searched for a duplicate; more than a few are already a collision.
constexpr int claims_to_look_at = 16;

} // namespace

// ---- one record ----

void ClaimTracker::claim(RecordId id, const PeerView &peer, ObservationTally &tally) {
    std::string reason = policy_.name_of(peer, name_);
    if (reason.empty()) return claim_name(id, name_);
    if (tally.unnamed++ == 0) tally.unnamed_reason = std::move(reason);
}

void ClaimTracker::claim_remembered(RecordId id, const PeerView &peer) {
    // No name: the template has changed and uses an attribute that was not remembered.
    if (policy_.name_of(peer, name_).empty()) claim_entry(id, names_.acquire(name_, policy_));
}

void ClaimTracker::change_peer(RecordId id, const PeerView &peer, bool was_remembered, Time now, ObservationTally &tally) {
    const std::string reason = policy_.name_of(peer, name_);
    const MemberId old = records_[id].entry;
    if (reason.empty() && old != MemberId::none && names_.text(old) == name_) {
        records_[id].peer = PackedPeer{peer};
        note(ChangeKind::updated, id);
        return;
    }
    if (old != MemberId::none && was_remembered) { // no ghost: a remembered record must not cause a disconnect
        names_[old].cause = LossCause::forgotten;
        names_[old].cause_source = records_[id].source;
        unclaim(id);
    } else if (old != MemberId::none) {
        add_ghost(id, reason.empty() ? LossCause::renamed : LossCause::unnamed, now);
        unclaim(id);
    }
    records_[id].peer = PackedPeer{peer};
    claim(id, peer, tally);
}

void ClaimTracker::update(RecordId id) {
    const Record &record = records_[id];
    if (record.entry == MemberId::none) return;
    const Contribution contribution = contribution_of(id);
    if (!names_.set_contribution(record.entry, id, contribution)) return;
    if (contribution != Contribution::missing && contribution != Contribution::nothing) return;
    MemberEntry &entry = names_[record.entry];
    entry.cause = contribution == Contribution::missing ? records_.absences()[id].cause : LossCause::unselected;
    entry.cause_source = record.source;
}

void ClaimTracker::remove(RecordId id, LossCause cause, Time now) {
    const Record &record = records_[id];
    if (record.entry == MemberId::none) {
        records_.remove(id);
        return;
    }
    MemberEntry &entry = names_[record.entry];
    const bool present = record.presence == Presence::present;
    const Absence &absence = records_.absences()[id];
    entry.cause = cause;
    entry.cause_source = record.source;
    entry.missing_since = present ? now : absence.since;
    entry.observations = present ? 0 : sources_[record.source].observations(now) - absence.observation + 1;
    unclaim(id);
    PackedPeer last = records_.remove(id);
    if (entry.claims.empty()) entry.last_peer = std::move(last);
}

void ClaimTracker::count_unnamed(RecordId id, ObservationTally &tally) {
    if (tally.unnamed++ != 0) return;
    PeerView peer;
    attributes_.clear();
    records_.describe(id, peer, attributes_);
    tally.unnamed_reason = policy_.name_of(peer, name_);
}

// ---- all of them ----

void ClaimTracker::update_all(SourceId source) {
    records_.each(source, [this](RecordId id) { update(id); });
    records_.absences().each(source, [this](RecordId id) { update(id); });
}

void ClaimTracker::rename_all() {
    for (std::uint32_t i = 0; i < records_.sources(); ++i) {
        const SourceId source{i};
        records_.absences().each(source, [this](RecordId id) {
            if (records_[id].presence != Presence::ghost) return;
            names_[records_[id].entry].cause = LossCause::policy;
            remove_ghost(id);
        });
        records_.each(source, [this](RecordId id) { rename(id); });
    }
}

void ClaimTracker::rename(RecordId id) {
    PeerView peer;
    attributes_.clear();
    records_.describe(id, peer, attributes_);
    const bool named = policy_.name_of(peer, name_).empty();
    const MemberId old = records_[id].entry;
    if (old != MemberId::none) {
        if (named && names_.text(old) == name_) return;
        unclaim(id);
        names_[old].cause = LossCause::policy;
    }
    if (named) claim_name(id, name_);
}

// ---- claims ----

void ClaimTracker::claim_name(RecordId id, std::string_view name) {
    const MemberId entry = names_.acquire(name, policy_);
    remove_ghosts(entry, records_[id].source);
    claim_entry(id, entry);
    check_collision(id, entry);
}

void ClaimTracker::claim_entry(RecordId id, MemberId entry) {
    records_[id].entry = entry;
    names_.claim(entry, id);
    update(id);
}

void ClaimTracker::unclaim(RecordId id) { names_.unclaim(std::exchange(records_[id].entry, MemberId::none), id); }

Contribution ClaimTracker::contribution_of(RecordId id) const {
    const Record &record = records_[id];
    const bool in_use = sources_.in_use(record.source);
    switch (record.presence) {
    case Presence::present: return in_use ? Contribution::present : Contribution::aside;
    case Presence::remembered: return in_use ? Contribution::remembered : Contribution::nothing;
    default: return in_use ? Contribution::missing : Contribution::aside;
    }
}

void ClaimTracker::add_ghost(RecordId id, LossCause cause, Time now) {
    const std::uint64_t observation = sources_[records_[id].source].observations(now);
    const RecordId ghost = records_.add_ghost(id, {now, observation, cause});
    claim_entry(ghost, records_[id].entry);
}

void ClaimTracker::remove_ghost(RecordId ghost) {
    unclaim(ghost);
    records_.remove(ghost);
}

// A name that returned under another key needs no ghost of the same source any more.
void ClaimTracker::remove_ghosts(MemberId entry, SourceId source) {
    int looked_at = 0;
    for (RecordId id = names_[entry].claims.first(); id != RecordId::none && looked_at < claims_to_look_at; ++looked_at) {
        const RecordId next = names_.next_claim(id);
        if (records_[id].presence == Presence::ghost && records_[id].source == source) remove_ghost(id);
        id = next;
    }
}

void ClaimTracker::check_collision(RecordId id, MemberId entry) {
    const SourceId source = records_[id].source;
    int looked_at = 0;
    for (RecordId other = names_[entry].claims.first(); other != RecordId::none; other = names_.next_claim(other)) {
        const bool too_many = ++looked_at > claims_to_look_at;
        const bool duplicate = other != id && records_[other].source == source && records_[other].presence == Presence::present;
        if (!too_many && !duplicate) continue;
        ++collisions_;
        note(ChangeKind::collision, id, other);
        return;
    }
}

void ClaimTracker::note(ChangeKind kind, RecordId id, RecordId other) {
    MembershipChange change;
    change.kind = kind;
    change.name = names_[records_[id].entry].name;
    change.source = records_[id].source;
    change.record = id;
    change.other = other;
    noted_.push_back(change);
}

} // namespace kith::core
