// SPDX-License-Identifier: MIT
//
// Records, and which of them stand for which name.
#include <core/cluster/membership/membership.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

// Claims of one name that are looked at for a duplicate; more than a handful is already a collision.
constexpr int claims_to_look_at = 16;

} // namespace

// ---- records ----

std::uint32_t Membership::new_record() {
    if (free_records_.empty()) {
        records_.emplace_back();
        return static_cast<std::uint32_t>(records_.size() - 1);
    }
    const std::uint32_t record = free_records_.back();
    free_records_.pop_back();
    return record;
}

std::uint32_t Membership::append(std::uint32_t source, const PeerView &peer, Presence presence) {
    const std::uint32_t id = new_record();
    SourceState &from = sources_[source];
    Record &record = records_[id];
    record.peer = PeerRecord{peer};
    record.source = source;
    record.mark = mark_;
    record.presence = presence;
    record.prev = from.last;
    (from.last == none ? from.first : records_[from.last].next) = id;
    from.last = id;
    from.keys.insert(hash_bytes(peer.key), id);
    return id;
}

void Membership::insert(std::uint32_t source, const PeerView &peer, bool learnt, Tally &tally) {
    const std::uint32_t id = append(source, peer, Presence::present);
    ++sources_[source].present;
    ++present_;
    if (learnt) learn(id);
    renew(id, peer.ttl);
    assign_name(id, peer, &tally);
    ++tally.discovered;
}

void Membership::refresh(std::uint32_t id, const PeerView &peer, bool same, Time now, Tally &tally) {
    Record &record = records_[id];
    renew(id, peer.ttl);
    if (same) {
        if (record.presence != Presence::present) {
            again(id);
            ++tally.again;
        }
        if (record.entry == none) note_unnamed(id, tally);
        return;
    }
    ++tally.updated;
    const std::string reason = naming_.name(peer, scratch_);
    const std::uint32_t old = record.entry;
    if (reason.empty() && old != none && names_.text(entries_[old].name) == scratch_) {
        record.peer = PeerRecord{peer}; // the key is the same: the index still fits
        if (record.presence != Presence::present) again(id);
        note(Change::Kind::updated, old, id);
        return;
    }
    // The key has another name now, or none; the old name is missing, as if it had not been seen. One that was only remembered leaves
    // nothing: it is no ground to part anyone.
    if (old != none && record.presence == Presence::remembered) {
        entries_[old].cause = Cause::forgotten;
        entries_[old].cause_source = record.source;
        unclaim(id);
    } else if (old != none) {
        make_ghost(id, reason.empty() ? Cause::renamed : Cause::unnamed, now);
    }
    records_[id].peer = PeerRecord{peer};
    if (records_[id].presence != Presence::present) again(id);
    assign_name(id, peer, &tally);
}

void Membership::note(Change::Kind kind, std::uint32_t entry, std::uint32_t record) {
    Change change;
    change.kind = kind;
    change.name = entries_[entry].name;
    change.source = records_[record].source;
    change.record = record;
    noted_.push_back(change);
}

void Membership::note_unnamed(std::uint32_t record, Tally &tally) {
    if (tally.unnamed++ != 0) return;
    PeerView peer;
    attribute_scratch_.clear();
    describe_record(record, peer, attribute_scratch_);
    tally.unnamed_reason = naming_.name(peer, scratch_);
}

void Membership::renew(std::uint32_t id, Time ttl) {
    Record &record = records_[id];
    record.ttl = ttl;
    record.expires = never;
    if (ttl == 0) return;
    SourceState &from = sources_[record.source];
    from.shortest_ttl = std::min(from.shortest_ttl, ttl);
    record.expires = later(from.hearing, ttl);
    if (record.expires < record.queued) {
        record.queued = record.expires;
        from.leases.add(record.expires, id);
    }
}

void Membership::push_missing(std::uint32_t id) {
    Record &record = records_[id];
    SourceState &from = sources_[record.source];
    record.miss_prev = from.miss_last;
    record.miss_next = none;
    (from.miss_last == none ? from.miss_first : records_[from.miss_last].miss_next) = id;
    from.miss_last = id;
    ++missing_;
}

void Membership::drop_missing(std::uint32_t id) {
    Record &record = records_[id];
    SourceState &from = sources_[record.source];
    (record.miss_prev == none ? from.miss_first : records_[record.miss_prev].miss_next) = record.miss_next;
    (record.miss_next == none ? from.miss_last : records_[record.miss_next].miss_prev) = record.miss_prev;
    record.miss_prev = record.miss_next = none;
    --missing_;
}

void Membership::miss(std::uint32_t id, Cause cause, Time now) {
    Record &record = records_[id];
    record.presence = Presence::missing;
    record.cause = cause;
    record.missing_since = now;
    record.missing_from = observed(sources_[record.source], now);
    --sources_[record.source].present;
    --present_;
    push_missing(id);
    contribute(id);
}

void Membership::again(std::uint32_t id) {
    Record &record = records_[id];
    if (record.presence == Presence::remembered) {
        --sources_[record.source].remembered;
    } else {
        drop_missing(id);
    }
    record.presence = Presence::present;
    ++sources_[record.source].present;
    ++present_;
    contribute(id);
}

void Membership::make_ghost(std::uint32_t id, Cause cause, Time now) {
    const std::uint32_t ghost_id = new_record();
    Record &record = records_[id];
    Record &ghost = records_[ghost_id];
    PeerView old;
    attribute_scratch_.clear();
    describe_record(id, old, attribute_scratch_);
    ghost.peer = PeerRecord{old};
    ghost.source = record.source;
    ghost.presence = Presence::ghost;
    ghost.cause = cause;
    ghost.missing_since = now;
    ghost.missing_from = observed(sources_[record.source], now);
    push_missing(ghost_id);
    claim(ghost_id, record.entry);
    unclaim(id);
}

void Membership::remove(std::uint32_t id, Cause cause, Time now) {
    Record &record = records_[id];
    SourceState &from = sources_[record.source];
    if (record.presence != Presence::ghost) {
        from.keys.erase(hash_bytes(record.peer.key()), id);
        (record.prev == none ? from.first : records_[record.prev].next) = record.next;
        (record.next == none ? from.last : records_[record.next].prev) = record.prev;
    }
    if (record.entry != none) {
        Entry &entry = entries_[record.entry];
        entry.cause = cause;
        entry.cause_source = record.source;
        entry.missing_since = record.presence == Presence::present ? now : record.missing_since;
        entry.observations = record.presence == Presence::present ? 0 : observed(from, now) - record.missing_from + 1;
        const std::uint32_t entry_id = record.entry;
        unclaim(id);
        if (entry.first == none) {
            entry.last_peer = std::move(record.peer);
            entry.last_source = record.source;
        }
        touch(entry_id);
    }
    if (record.presence == Presence::present) {
        --from.present;
        --present_;
    } else if (record.presence == Presence::remembered) {
        --from.remembered;
    } else {
        drop_missing(id);
    }
    forget_learnt(id);
    record = Record{};
    free_records_.push_back(id);
}

void Membership::learn(std::uint32_t id) {
    Record &record = records_[id];
    record.learnt = true;
    record.learnt_prev = learnt_last_;
    (learnt_last_ == none ? learnt_first_ : records_[learnt_last_].learnt_next) = id;
    learnt_last_ = id;
}

void Membership::forget_learnt(std::uint32_t id) {
    Record &record = records_[id];
    if (!record.learnt) return;
    (record.learnt_prev == none ? learnt_first_ : records_[record.learnt_prev].learnt_next) = record.learnt_next;
    (record.learnt_next == none ? learnt_last_ : records_[record.learnt_next].learnt_prev) = record.learnt_prev;
    record.learnt_prev = record.learnt_next = none;
    record.learnt = false;
}

// Forgets so many of the learnt names that never linked, longest known first; false, and nothing done, when there are too few.
bool Membership::make_room(std::size_t wanted, Time now) {
    std::vector<std::uint32_t> victims;
    for (std::uint32_t id = learnt_first_; id != none && victims.size() < wanted;) {
        const std::uint32_t next = records_[id].learnt_next;
        const std::uint32_t entry = records_[id].entry;
        if (entry != none && links_.ever_linked(entries_[entry].name)) {
            forget_learnt(id); // it has proved itself
        } else if (records_[id].mark != mark_ && records_[id].presence == Presence::present) {
            victims.push_back(id);
        }
        id = next;
    }
    if (victims.size() < wanted) return false;
    for (const auto id : victims) remove(id, Cause::pushed_out, now);
    return true;
}

// What is missing must not grow without bound either: names without a link go first, and nothing is parted by it.
void Membership::trim(Time now) {
    for (std::uint32_t source = 0; missing_ > policy_.max_peers && source < sources_.size(); ++source) {
        for (std::uint32_t id = sources_[source].miss_first; missing_ > policy_.max_peers && id != none;) {
            const std::uint32_t next = records_[id].miss_next;
            const std::uint32_t entry = records_[id].entry;
            if (entry == none || !links_.busy(entries_[entry].name)) remove(id, Cause::pushed_out, now);
            id = next;
        }
    }
}

// ---- claims: which records stand for which name ----

void Membership::assign_name(std::uint32_t id, const PeerView &peer, Tally *tally) {
    std::string reason = naming_.name(peer, scratch_);
    if (!reason.empty()) {
        if (tally != nullptr && tally->unnamed++ == 0) tally->unnamed_reason = std::move(reason);
        return;
    }
    const std::uint32_t entry = entry_of(scratch_);
    // A name that is back under another key needs no ghost of the same source any more.
    int looked_at = 0;
    for (std::uint32_t other = entries_[entry].first; other != none && looked_at < claims_to_look_at; ++looked_at) {
        const std::uint32_t next = records_[other].claim_next;
        if (records_[other].presence == Presence::ghost && records_[other].source == records_[id].source) drop_ghost(other);
        other = next;
    }
    claim(id, entry);
    check_collision(id, entry);
}

void Membership::drop_ghost(std::uint32_t id) {
    unclaim(id);
    drop_missing(id);
    records_[id] = Record{};
    free_records_.push_back(id);
}

void Membership::claim(std::uint32_t id, std::uint32_t entry_id) {
    Record &record = records_[id];
    Entry &entry = entries_[entry_id];
    record.entry = entry_id;
    record.claim_prev = entry.last;
    record.claim_next = none;
    (entry.last == none ? entry.first : records_[entry.last].claim_next) = id;
    entry.last = id;
    touch(entry_id);
    contribute(id);
}

void Membership::unclaim(std::uint32_t id) {
    Record &record = records_[id];
    if (record.entry == none) return;
    Entry &entry = entries_[record.entry];
    (record.claim_prev == none ? entry.first : records_[record.claim_prev].claim_next) = record.claim_next;
    (record.claim_next == none ? entry.last : records_[record.claim_next].claim_prev) = record.claim_prev;
    if (auto *count = count_of(entry, record.contribution)) --*count;
    touch(record.entry);
    record.claim_prev = record.claim_next = none;
    record.contribution = Contribution::nothing;
    record.entry = none;
}

Membership::Contribution Membership::contribution_of(const Record &record) const {
    const bool active = sources_[record.source].active;
    switch (record.presence) {
    case Presence::present: return active ? Contribution::present : Contribution::aside;
    case Presence::remembered: return active ? Contribution::remembered : Contribution::nothing;
    default: return active ? Contribution::missing : Contribution::aside;
    }
}

std::uint32_t *Membership::count_of(Entry &entry, Contribution contribution) {
    switch (contribution) {
    case Contribution::nothing: return nullptr;
    case Contribution::present: return &entry.present;
    case Contribution::missing: return &entry.missing;
    case Contribution::remembered: return &entry.remembered;
    case Contribution::aside: return &entry.aside;
    }
    return nullptr;
}

void Membership::contribute(std::uint32_t id) {
    Record &record = records_[id];
    if (record.entry == none) return;
    Entry &entry = entries_[record.entry];
    const Contribution contribution = contribution_of(record);
    if (contribution == record.contribution) return;
    if (auto *count = count_of(entry, record.contribution)) --*count;
    if (auto *count = count_of(entry, contribution)) ++*count;
    record.contribution = contribution;
    if (contribution == Contribution::missing || contribution == Contribution::nothing) {
        entry.cause = contribution == Contribution::missing ? record.cause : Cause::unselected;
        entry.cause_source = record.source;
    }
    touch(record.entry);
}

void Membership::check_collision(std::uint32_t id, std::uint32_t entry) {
    int looked_at = 0;
    for (std::uint32_t other = entries_[entry].first; other != none; other = records_[other].claim_next) {
        const bool too_many = ++looked_at > claims_to_look_at;
        if (!too_many &&
            (other == id || records_[other].source != records_[id].source || records_[other].presence != Presence::present))
            continue;
        ++collisions_;
        note(Change::Kind::collision, entry, id);
        noted_.back().other = other;
        return;
    }
}

} // namespace kith::core
