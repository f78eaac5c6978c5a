// SPDX-License-Identifier: MIT
#include <core/cluster/glob.hpp>
#include <core/cluster/membership.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace kith::core {

namespace {

bool any_glob(const std::vector<std::string> &globs, std::string_view name) {
    return std::any_of(globs.begin(), globs.end(), [name](const std::string &glob) { return glob_match(glob, name); });
}

// Claims of one name that are looked at for a duplicate; more than a handful is already a collision.
constexpr int claims_to_look_at = 16;

} // namespace

Membership::Membership(Policy policy, Interner &names, const LinkKnowledge &links)
    : policy_(std::move(policy)), naming_(policy_.name), names_(names), links_(links) {}

Membership::~Membership() {
    for (const auto &entry : entries_) {
        if (entry.name != no_name) names_.release(entry.name);
    }
}

std::uint32_t Membership::add_source() {
    sources_.emplace_back();
    sources_.back().active = policy_.merge == Merge::union_of_all || sources_.size() == 1;
    return static_cast<std::uint32_t>(sources_.size() - 1);
}

// ---- observations ----

std::uint32_t Membership::record_of(const SourceState &source, std::string_view key) const {
    return source.keys.find(hash_bytes(key), [&](std::uint32_t id) { return records_[id].peer.key() == key; });
}

// The records of these keys, or none, into looked_up_. In steps over all of them, so that they wait for memory together.
void Membership::look_up(const SourceState &source, std::span<const PeerView> peers) {
    std::array<std::size_t, 32> hashes;
    static_assert(hashes.size() == std::tuple_size_v<decltype(looked_up_)>);
    for (std::size_t i = 0; i < peers.size(); ++i) source.keys.prefetch(hashes[i] = hash_bytes(peers[i].key));
    for (std::size_t i = 0; i < peers.size(); ++i) {
        looked_up_[i] = source.keys.candidate(hashes[i]);
        if (looked_up_[i] != none) __builtin_prefetch(&records_[looked_up_[i]], 1);
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (looked_up_[i] != none) records_[looked_up_[i]].peer.prefetch();
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
        const std::uint32_t candidate = looked_up_[i];
        if (candidate == none || records_[candidate].peer.key() == peers[i].key) continue;
        looked_up_[i] = source.keys.find(hashes[i], [&](std::uint32_t id) { return records_[id].peer.key() == peers[i].key; });
    }
}

Outcome Membership::resolve(std::uint32_t source, std::span<const PeerView> peers, std::size_t &fresh_keys) {
    SourceState &from = sources_[source];
    ++mark_;
    found_.clear();
    found_.reserve(peers.size());
    boost::unordered_flat_set<std::string_view, KeyViewHash> new_keys;
    const auto repeated = [](const PeerView &peer) {
        return Outcome{KITH_INVALID, "the key \"" + std::string{peer.key} + "\" is there twice; a key stands for one peer"};
    };
    // An unchanged set usually comes in the same order again: the next record is tried before the index is asked.
    std::uint32_t expected = from.first;
    for (std::size_t i = 0; i < peers.size();) {
        std::size_t batch = 1;
        if (expected != none && records_[expected].peer.key() == peers[i].key) {
            looked_up_[0] = expected;
        } else {
            batch = std::min(looked_up_.size(), peers.size() - i);
            look_up(from, peers.subspan(i, batch));
        }
        for (std::size_t j = 0; j < batch; ++j, ++i) {
            const PeerView &peer = peers[i];
            if (looked_up_[j] == none) {
                if (peer.key.empty()) return {KITH_INVALID, "a peer has no key"};
                if (!new_keys.insert(peer.key).second) return repeated(peer);
                found_.push_back({none, false, false});
                continue;
            }
            Record &known = records_[looked_up_[j]];
            if (known.mark == mark_) return repeated(peer);
            known.mark = mark_;
            found_.push_back(
                {looked_up_[j], known.peer.equals(peer), known.presence == Presence::present && known.entry != none});
            expected = known.next;
        }
    }
    fresh_keys = new_keys.size();
    return {};
}

Outcome Membership::replace(std::uint32_t source, std::span<const PeerView> peers, Time now, Tally &tally) {
    std::size_t fresh_keys = 0;
    const std::size_t others = present_ - sources_[source].present;
    if (peers.size() + others > policy_.max_peers) return too_many(peers.size() + others);
    if (Outcome refused = resolve(source, peers, fresh_keys); !refused) return refused;

    const bool leased = std::any_of(peers.begin(), peers.end(), [](const PeerView &peer) { return peer.ttl != 0; });
    observe(source, now, true);
    std::size_t seen = 0;
    for (std::size_t i = 0; i < peers.size(); ++i) {
        const Found found = found_[i];
        if (found.record == none) {
            insert(source, peers[i], false, tally);
            continue;
        }
        ++seen;
        if (found.same && !leased && found.settled) continue;
        refresh(found.record, peers[i], found.same, now, tally);
    }
    SourceState &from = sources_[source];
    if (from.keys.size() != seen + fresh_keys) {
        for (std::uint32_t record = from.first; record != none;) {
            const std::uint32_t next = records_[record].next;
            if (records_[record].mark != mark_ && records_[record].presence == Presence::present) {
                miss(record, Cause::missed, now);
                ++tally.missing;
            }
            record = next;
        }
    }
    finish(source, now, tally);
    return {};
}

Outcome Membership::update(std::uint32_t source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                           std::span<const std::string_view> left, Time now, Tally &tally) {
    std::size_t fresh_keys = 0;
    if (Outcome refused = resolve(source, upserted, fresh_keys); !refused) return refused;
    const auto returning = std::count_if(found_.begin(), found_.end(), [this](const Found &found) {
        return found.record != none && records_[found.record].presence == Presence::missing;
    });
    const std::size_t after = present_ + fresh_keys + static_cast<std::size_t>(returning);
    if (after > policy_.max_peers && after > present_ && !make_room(after - policy_.max_peers, now)) return too_many(after);

    observe(source, now, !missing.empty());
    for (std::size_t i = 0; i < upserted.size(); ++i) {
        if (found_[i].record == none) {
            insert(source, upserted[i], true, tally);
        } else {
            refresh(found_[i].record, upserted[i], found_[i].same, now, tally);
        }
    }
    for (const auto key : missing) {
        const std::uint32_t record = record_of(sources_[source], key);
        if (record == none || records_[record].presence != Presence::present) continue;
        miss(record, Cause::missed, now);
        ++tally.missing;
    }
    for (const auto key : left) {
        const std::uint32_t record = record_of(sources_[source], key);
        if (record == none) continue;
        remove(record, Cause::left, now);
        ++tally.left;
    }
    finish(source, now, tally);
    return {};
}

void Membership::watching(std::uint32_t source, bool in_sync, Time now) {
    SourceState &from = sources_[source];
    from.in_sync = in_sync;
    if (in_sync) {
        from.looked = true;
        from.failing = false;
        select_sources();
    }
    set_flow(from, now);
    collect_gone(source, now);
}

void Membership::heard(std::uint32_t source, Time now) {
    sources_[source].failing = false;
    sign_of_life(sources_[source], now);
    expire(source, now);
    set_flow(sources_[source], now);
    select_sources();
    collect_gone(source, now);
}

void Membership::failed(std::uint32_t source, Time now) {
    sources_[source].failing = true;
    set_flow(sources_[source], now);
    select_sources();
}

Outcome Membership::too_many(std::size_t peers) const {
    return {KITH_LIMIT, "this would make " + std::to_string(peers) + " peers, policy.max_peers is " +
                            std::to_string(policy_.max_peers) +
                            "; raise it if they are real, or narrow what the strategy looks for"};
}

// It looked, or it said something that proves the same. counts: absence is counted by it.
void Membership::observe(std::uint32_t source, Time now, bool counts) {
    SourceState &from = sources_[source];
    from.looked = true;
    from.failing = false;
    sign_of_life(from, now);
    set_flow(from, now);
    if (counts) ++from.observations;
    select_sources();
}

void Membership::finish(std::uint32_t source, Time now, Tally &tally) {
    expire(source, now);
    set_flow(sources_[source], now); // the first lease may have come with it
    collect_gone(source, now);
    trim(now);
    tally.peers = sources_[source].present;
}

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

void Membership::insert(std::uint32_t source, const PeerView &peer, bool learnt, Tally &tally) {
    const std::uint32_t id = new_record();
    SourceState &from = sources_[source];
    Record &record = records_[id];
    record.peer = PeerRecord{peer};
    record.source = source;
    record.mark = mark_;
    record.presence = Presence::present;
    record.prev = from.last;
    (from.last == none ? from.first : records_[from.last].next) = id;
    from.last = id;
    from.keys.insert(hash_bytes(peer.key), id);
    ++from.present;
    ++present_;
    if (learnt) {
        record.learnt = true;
        record.learnt_prev = learnt_last_;
        (learnt_last_ == none ? learnt_first_ : records_[learnt_last_].learnt_next) = id;
        learnt_last_ = id;
    }
    renew(id, peer.ttl);
    assign_name(id, peer, &tally);
    ++tally.discovered;
}

void Membership::refresh(std::uint32_t id, const PeerView &peer, bool same, Time now, Tally &tally) {
    Record &record = records_[id];
    renew(id, peer.ttl);
    if (same) {
        if (record.presence == Presence::missing) {
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
        if (record.presence == Presence::missing) again(id);
        note(Change::Kind::updated, old, id);
        return;
    }
    // The key has another name now, or none; the old name is missing, as if it had not been seen.
    if (old != none) make_ghost(id, reason.empty() ? Cause::renamed : Cause::unnamed, now);
    records_[id].peer = PeerRecord{peer};
    if (records_[id].presence == Presence::missing) again(id);
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
    drop_missing(id);
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
    } else {
        drop_missing(id);
    }
    forget_learnt(id);
    record = Record{};
    free_records_.push_back(id);
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
    if (record.contribution == Contribution::present) --entry.present;
    if (record.contribution == Contribution::missing) --entry.missing;
    if (record.contribution == Contribution::aside) --entry.aside;
    touch(record.entry);
    record.claim_prev = record.claim_next = none;
    record.contribution = Contribution::nothing;
    record.entry = none;
}

void Membership::contribute(std::uint32_t id) {
    Record &record = records_[id];
    if (record.entry == none) return;
    Entry &entry = entries_[record.entry];
    const Contribution contribution = !sources_[record.source].active        ? Contribution::aside
                                      : record.presence == Presence::present ? Contribution::present
                                                                             : Contribution::missing;
    if (contribution == record.contribution) return;
    if (record.contribution == Contribution::present) --entry.present;
    if (record.contribution == Contribution::missing) --entry.missing;
    if (record.contribution == Contribution::aside) --entry.aside;
    record.contribution = contribution;
    if (contribution == Contribution::present) ++entry.present;
    if (contribution == Contribution::missing) {
        ++entry.missing;
        entry.cause = record.cause;
        entry.cause_source = record.source;
    }
    if (contribution == Contribution::aside) ++entry.aside;
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

// ---- sources: hearing, leases, counting of observations ----

std::uint64_t Membership::observed(const SourceState &source, Time now) const {
    return source.observations + (source.flowing ? (now - source.flows_since) / flow_step() : 0);
}

// While a source follows every change, time passes as if it looked `confirm` times within `grace`.
Time Membership::flow_step() const {
    return std::max<Time>(ns(policy_.grace) / std::max<std::uint32_t>(policy_.confirm, 1), 1);
}

void Membership::set_flow(SourceState &source, Time now) {
    const bool flows = source.looked && !source.failing && !source.silent && (source.in_sync || source.leased());
    if (flows == source.flowing) return;
    source.observations = observed(source, now);
    source.flowing = flows;
    source.flows_since = now;
}

// The hearing clock goes on by the time since the last sign of life, unless that was too long to have been hearing.
void Membership::sign_of_life(SourceState &source, Time now) {
    const Time gap = now - source.heard_at;
    if (source.leased() && gap < source.patience()) source.hearing += gap;
    source.heard_at = now;
    source.silent = false;
}

void Membership::expire(std::uint32_t source, Time now) {
    Deadlines::Entry due;
    SourceState &from = sources_[source];
    while (from.leases.take(from.hearing, due)) {
        Record &record = records_[due.second];
        if (record.source != source || record.queued != due.first) continue;
        record.queued = never;
        if (record.presence != Presence::present || record.expires == never) continue;
        if (record.expires > from.hearing) {
            record.queued = record.expires;
            from.leases.add(record.expires, due.second);
        } else {
            miss(due.second, Cause::expired, now);
        }
    }
    if (from.leases.size() > 2 * from.keys.size() + 64) {
        from.leases.prune([&](const Deadlines::Entry &entry) {
            const Record &record = records_[entry.second];
            return record.source == source && record.queued == entry.first && record.presence == Presence::present;
        });
    }
}

// When the longest missing one is gone, as far as time alone can bring it about.
Time Membership::gone_at(const SourceState &source) const {
    if (source.miss_first == none || source.failing || source.silent) return never;
    const Record &record = records_[source.miss_first];
    const Time patient = later(record.missing_since, ns(policy_.grace));
    const std::uint64_t needed = record.missing_from + std::max<std::uint32_t>(policy_.confirm, 1) - 1;
    if (source.observations >= needed) return patient;
    if (!source.flowing) return never;
    return std::max(patient, later(source.flows_since, (needed - source.observations) * flow_step()));
}

void Membership::collect_gone(std::uint32_t source, Time now) {
    while (gone_at(sources_[source]) <= now) {
        const std::uint32_t record = sources_[source].miss_first;
        remove(record, records_[record].cause, now);
    }
}

// merge: first: the first source that has looked and is not stale is in use; without such a one, the first that has looked.
void Membership::select_sources() {
    if (policy_.merge == Merge::union_of_all && all_active_) return;
    std::size_t chosen = sources_.size();
    for (std::size_t i = 0; i < sources_.size() && chosen == sources_.size(); ++i) {
        if (sources_[i].looked && !sources_[i].failing && !sources_[i].silent) chosen = i;
    }
    for (std::size_t i = 0; i < sources_.size() && chosen == sources_.size(); ++i) {
        if (sources_[i].looked) chosen = i;
    }
    if (chosen == sources_.size()) chosen = 0;
    all_active_ = policy_.merge == Merge::union_of_all;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        SourceState &source = sources_[i];
        if (source.active == (all_active_ || i == chosen)) continue;
        source.active = !source.active;
        for (std::uint32_t id = source.first; id != none; id = records_[id].next) contribute(id);
        for (std::uint32_t id = source.miss_first; id != none; id = records_[id].miss_next) contribute(id);
    }
}

// ---- policy ----

void Membership::set_self(std::string_view name) {
    if (name == self_) return;
    const NameId before = names_.find(self_);
    self_ = name;
    for (const NameId id : {before, names_.find(name)}) {
        if (id == no_name) continue;
        if (const std::uint32_t entry = find(id); entry != none) rejudge(entry);
    }
}

void Membership::set_policy(Policy policy, Time now) {
    for (auto &source : sources_) {
        source.observations = observed(source, now);
        source.flows_since = now;
    }
    const bool renamed = policy.name != policy_.name;
    const bool prune_changed = policy.prune != policy_.prune;
    policy_ = std::move(policy);
    window_.forget();
    all_active_ = false;
    select_sources();
    if (renamed) {
        naming_ = Naming{policy_.name};
        for (std::uint32_t source = 0; source < sources_.size(); ++source) {
            for (std::uint32_t id = sources_[source].miss_first; id != none;) {
                const std::uint32_t next = records_[id].miss_next;
                if (records_[id].presence == Presence::ghost) {
                    entries_[records_[id].entry].cause = Cause::policy;
                    drop_ghost(id);
                }
                id = next;
            }
            for (std::uint32_t id = sources_[source].first; id != none; id = records_[id].next) {
                PeerView peer;
                attribute_scratch_.clear();
                describe_record(id, peer, attribute_scratch_);
                const std::uint32_t old = records_[id].entry;
                if (naming_.name(peer, scratch_).empty() && old != none && names_.text(entries_[old].name) == scratch_)
                    continue;
                if (old != none) {
                    unclaim(id);
                    entries_[old].cause = Cause::policy;
                }
                assign_name(id, peer, nullptr);
            }
        }
    }
    for (std::uint32_t id = first_entry_; id != none; id = entries_[id].next) {
        rejudge(id);
        if (prune_changed && entries_[id].state == State::gone) touch(id);
    }
    for (std::uint32_t source = 0; source < sources_.size(); ++source) {
        set_flow(sources_[source], now);
        collect_gone(source, now);
    }
}

Membership::Verdict Membership::judge(std::string_view name) const {
    if (name == self_ || any_glob(policy_.self, name)) return Verdict::self;
    if (any_glob(policy_.exclude, name)) return Verdict::excluded;
    if (!policy_.include.empty() && !any_glob(policy_.include, name)) return Verdict::excluded;
    return Verdict::accepted;
}

void Membership::rejudge(std::uint32_t id) {
    const Verdict verdict = judge(names_.text(entries_[id].name));
    if (verdict == entries_[id].verdict) return;
    entries_[id].verdict = verdict;
    touch(id);
}

void Membership::quiet(NameId name) {
    const std::uint32_t entry = find(name);
    if (entry != none && entries_[entry].state == State::gone) touch(entry);
}

void Membership::give_up(std::vector<Change> &changes) {
    for (std::uint32_t id = first_entry_; id != none; id = entries_[id].next) {
        Change change;
        change.name = entries_[id].name;
        reclass(entries_[id], PeerClass::none, change);
        if (change.from != change.to) changes.push_back(change);
    }
}

// ---- entries ----

std::uint32_t Membership::entry_of(std::string_view name) {
    const NameId name_id = names_.acquire(name);
    if (const std::uint32_t known = find(name_id); known != none) {
        names_.release(name_id);
        return known;
    }
    std::uint32_t id;
    if (free_entries_.empty()) {
        id = static_cast<std::uint32_t>(entries_.size());
        entries_.emplace_back();
    } else {
        id = free_entries_.back();
        free_entries_.pop_back();
    }
    if (name_id >= by_name_.size()) by_name_.resize(name_id + 1, none);
    by_name_[name_id] = id;
    Entry &entry = entries_[id];
    entry.name = name_id;
    entry.verdict = judge(name);
    entry.prev = last_entry_;
    (last_entry_ == none ? first_entry_ : entries_[last_entry_].next) = id;
    last_entry_ = id;
    return id;
}

void Membership::touch(std::uint32_t id) {
    if (std::exchange(entries_[id].dirty, true)) return;
    dirty_.push_back(id);
}

void Membership::settle(Time now, std::vector<Change> &changes) {
    for (std::size_t i = 0; i < dirty_.size(); ++i) decide(dirty_[i], now, changes);
    dirty_.clear();
    if (pending_ != 0) guard(now, changes);
    for (const auto &noted : noted_) {
        if (member(noted.name)) changes.push_back(noted);
    }
    noted_.clear();
}

void Membership::reclass(Entry &entry, PeerClass to, Change &change) {
    change.from = std::exchange(entry.peer_class, to);
    change.to = to;
}

void Membership::enter(Entry &entry, State state, Time now) {
    entry.state = state;
    entry.since = now;
}

void Membership::decide(std::uint32_t id, Time now, std::vector<Change> &changes) {
    Entry &entry = entries_[id];
    entry.dirty = false;
    const State before = entry.state;
    const bool was_member = is_member(before);
    const bool has_claims = entry.first != none;

    Change change;
    change.name = entry.name;
    change.cause = entry.cause;
    change.source = entry.cause_source;
    change.since = entry.since;
    const auto become = [&](State state, PeerClass peer_class, Change::Kind kind) {
        if (before == State::pending && state != State::pending) drop_pending(id);
        if (!was_member && is_member(state)) ++members_;
        if (was_member && !is_member(state)) --members_;
        enter(entry, state, now);
        change.kind = kind;
        reclass(entry, peer_class, change);
        changes.push_back(change);
    };
    const auto stay_gone = [&](PeerClass peer_class) {
        if (!links_.busy(entry.name)) {
            become(State::outside, PeerClass::none, Change::Kind::reclassed);
        } else if (entry.peer_class != peer_class) {
            become(State::gone, peer_class, Change::Kind::reclassed);
        }
    };

    if (entry.verdict != Verdict::accepted || (!has_claims && entry.cause == Cause::policy)) {
        if (entry.verdict == Verdict::self) change.cause = Cause::self;
        if (entry.verdict == Verdict::excluded) change.cause = Cause::filtered;
        if (was_member) {
            window_.forget();
            become(State::outside, PeerClass::none, Change::Kind::lost);
        } else if (entry.peer_class != PeerClass::none) {
            become(State::outside, PeerClass::none, Change::Kind::reclassed);
        }
    } else if (entry.present != 0) {
        entry.cause = Cause::none;
        if (before == State::wanted) return;
        change.record = first_present(entry);
        if (change.record != none) change.source = records_[change.record].source;
        become(State::wanted, PeerClass::wanted, was_member ? Change::Kind::seen_again : Change::Kind::discovered);
    } else if (entry.missing != 0) {
        if (before == State::held) return;
        change.record = entry.first;
        become(State::held, PeerClass::held,
               !was_member               ? Change::Kind::discovered
               : before == State::wanted ? Change::Kind::missing
                                         : Change::Kind::reclassed);
    } else if (entry.aside != 0) {
        if (before == State::gone) stay_gone(PeerClass::kept); // nobody is parted whom a strategy has
        if (!was_member || before == State::resting) return;
        change.cause = Cause::unselected;
        become(State::resting, PeerClass::resting, Change::Kind::held);
    } else if (was_member) {
        if (entry.cause == Cause::pushed_out) {
            if (before == State::pending) drop_pending(id);
            lose(id, false, now, changes);
        } else if (before != State::pending) {
            enter(entry, State::pending, now);
            push_pending(id);
            newly_pending_.push_back(id);
        }
    } else if (before == State::gone) {
        stay_gone(gone_class());
    }
    if (entry.first == none &&
        (entry.state == State::outside || (entry.state == State::gone && entry.peer_class == PeerClass::none)))
        bury(id);
}

PeerClass Membership::gone_class() const { return policy_.prune == Prune::disconnect ? PeerClass::unwanted : PeerClass::kept; }

std::uint32_t Membership::first_present(const Entry &entry) const {
    for (std::uint32_t id = entry.first; id != none; id = records_[id].claim_next) {
        if (records_[id].contribution == Contribution::present) return id;
    }
    return entry.first;
}

void Membership::bury(std::uint32_t id) {
    if (std::exchange(entries_[id].dead, true)) return;
    dead_.push_back(id);
}

// All removals of this moment together: either they are believed, or every one of them waits for `hold`.
void Membership::guard(Time now, std::vector<Change> &changes) {
    const std::size_t after = members_ - pending_;
    const std::size_t largest = window_.largest(members_, now, ns(policy_.removal_window));
    const bool trips = policy_.guard && (after == 0 || static_cast<double>(largest - after) >
                                                           policy_.max_removal * static_cast<double>(largest));
    if (!trips) {
        while (pending_first_ != none) lose(pending_first_, false, now, changes);
    } else {
        for (const auto id : newly_pending_) {
            Entry &entry = entries_[id];
            if (entry.state != State::pending) continue;
            Change change;
            change.kind = Change::Kind::held;
            change.name = entry.name;
            change.cause = entry.cause;
            change.source = entry.cause_source;
            change.since = entry.missing_since;
            change.would_go = largest - after;
            change.largest = largest;
            reclass(entry, PeerClass::resting, change);
            changes.push_back(change);
        }
        while (pending_first_ != none && later(entries_[pending_first_].since, ns(policy_.hold)) <= now)
            lose(pending_first_, true, now, changes);
        // Held names without a link cost memory and protect nothing.
        for (std::uint32_t id = pending_first_; pending_ > policy_.max_peers && id != none;) {
            const std::uint32_t next = entries_[id].pending_next;
            if (!links_.busy(entries_[id].name)) lose(id, false, now, changes);
            id = next;
        }
    }
    newly_pending_.clear();
}

void Membership::lose(std::uint32_t id, bool believed, Time now, std::vector<Change> &changes) {
    Entry &entry = entries_[id];
    if (entry.pending) drop_pending(id);
    window_.changed(members_, now);
    --members_;
    Change change;
    change.kind = Change::Kind::lost;
    change.name = entry.name;
    change.cause = entry.cause;
    change.source = entry.cause_source;
    change.believed = believed;
    change.since = entry.missing_since;
    change.observations = entry.observations;
    const bool busy = links_.busy(entry.name);
    enter(entry, State::gone, now);
    reclass(entry, busy ? gone_class() : PeerClass::none, change);
    changes.push_back(change);
    if (!busy) bury(id);
}

void Membership::push_pending(std::uint32_t id) {
    Entry &entry = entries_[id];
    entry.pending = true;
    entry.pending_prev = pending_last_;
    entry.pending_next = none;
    (pending_last_ == none ? pending_first_ : entries_[pending_last_].pending_next) = id;
    pending_last_ = id;
    ++pending_;
}

void Membership::drop_pending(std::uint32_t id) {
    Entry &entry = entries_[id];
    entry.pending = false;
    (entry.pending_prev == none ? pending_first_ : entries_[entry.pending_prev].pending_next) = entry.pending_next;
    (entry.pending_next == none ? pending_last_ : entries_[entry.pending_next].pending_prev) = entry.pending_prev;
    entry.pending_prev = entry.pending_next = none;
    --pending_;
}

void Membership::sweep() {
    for (const auto id : dead_) {
        Entry &entry = entries_[id];
        entry.dead = false;
        if (entry.first != none || entry.dirty || is_member(entry.state) || entry.peer_class != PeerClass::none) continue;
        (entry.prev == none ? first_entry_ : entries_[entry.prev].next) = entry.next;
        (entry.next == none ? last_entry_ : entries_[entry.next].prev) = entry.prev;
        by_name_[entry.name] = none;
        names_.release(entry.name);
        entry = Entry{};
        free_entries_.push_back(id);
    }
    dead_.clear();
}

// ---- time ----

Time Membership::next_deadline() const {
    if (unsettled()) return 0;
    Time next = never;
    for (const auto &source : sources_) {
        next = std::min(next, gone_at(source));
        if (source.leased() && !source.silent && source.present != 0)
            next = std::min(next, later(source.heard_at, source.patience()));
    }
    if (pending_first_ != none) next = std::min(next, later(entries_[pending_first_].since, ns(policy_.hold)));
    return next;
}

void Membership::advance(Time now) {
    for (std::uint32_t id = 0; id < sources_.size(); ++id) {
        SourceState &source = sources_[id];
        collect_gone(id, now);
        if (source.leased() && !source.silent && source.present != 0 && later(source.heard_at, source.patience()) <= now) {
            source.silent = true;
            set_flow(source, now);
            select_sources();
        }
    }
}

// ---- knowledge ----

PeerClass Membership::class_of(NameId name) const {
    const std::uint32_t entry = find(name);
    return entry == none ? PeerClass::none : entries_[entry].peer_class;
}

bool Membership::member(NameId name) const {
    const std::uint32_t entry = find(name);
    return entry != none && is_member(entries_[entry].state);
}

bool Membership::describe_record(std::uint32_t record, PeerView &peer, std::vector<AttributeView> &attributes) const {
    if (record == none || !records_[record].peer) return false;
    const std::size_t begin = attributes.size();
    records_[record].peer.attributes(attributes);
    peer = {records_[record].peer.key(), records_[record].peer.name(), std::span{attributes}.subspan(begin),
            records_[record].ttl};
    return true;
}

bool Membership::describe(NameId name, PeerView &peer, std::vector<AttributeView> &attributes) const {
    const std::uint32_t id = find(name);
    if (id == none) return false;
    const Entry &entry = entries_[id];
    attributes.clear();
    if (!describe_record(first_present(entry), peer, attributes)) {
        if (!entry.last_peer) return false;
        entry.last_peer.attributes(attributes);
        peer = {entry.last_peer.key(), {}, attributes, 0};
    }
    peer.name = names_.text(name);
    return true;
}

std::vector<NameId> Membership::members() const {
    std::vector<NameId> names;
    names.reserve(members_);
    for (std::uint32_t id = first_entry_; id != none; id = entries_[id].next) {
        if (is_member(entries_[id].state)) names.push_back(entries_[id].name);
    }
    return names;
}

Membership::Standing Membership::standing(NameId name, Time now) const {
    Standing standing;
    const std::uint32_t id = find(name);
    if (id == none) return standing;
    const Entry &entry = entries_[id];
    standing.known = true;
    standing.self = entry.verdict == Verdict::self;
    standing.excluded = entry.verdict == Verdict::excluded;
    standing.guarded = entry.state == State::pending;
    standing.peer_class = entry.peer_class;
    standing.cause = entry.cause;
    standing.since = entry.since;
    standing.missing_since = entry.missing_since;
    standing.observations = entry.observations;
    for (std::uint32_t claim = entry.first; claim != none; claim = records_[claim].claim_next) {
        const Record &record = records_[claim];
        const bool present = record.presence == Presence::present;
        standing.claims.push_back({record.source, record.peer.key(), present, record.missing_since,
                                   present ? 0 : observed(sources_[record.source], now) - record.missing_from + 1});
    }
    return standing;
}

} // namespace kith::core
