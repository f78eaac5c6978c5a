// SPDX-License-Identifier: MIT
//
// What observations do, and what is known.
#include <core/cluster/membership/membership.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace kith::core {

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
    forget_remembered(source, now);
    finish(source, now, tally);
    return {};
}

Outcome Membership::update(std::uint32_t source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                           std::span<const std::string_view> left, Time now, Tally &tally) {
    std::size_t fresh_keys = 0;
    if (Outcome refused = resolve(source, upserted, fresh_keys); !refused) return refused;
    const auto returning = std::count_if(found_.begin(), found_.end(), [this](const Found &found) {
        return found.record != none && records_[found.record].presence != Presence::present;
    });
    const std::size_t after = present_ + fresh_keys + static_cast<std::size_t>(returning);
    if (after > policy_.max_peers && after > present_ && !make_room(after - policy_.max_peers, now)) return too_many(after);

    observe(source, now, !missing.empty());
    for (std::size_t i = 0; i < upserted.size(); ++i) {
        if (found_[i].record == none) {
            insert(source, upserted[i], true, tally);
        } else {
            const bool known = records_[found_[i].record].presence != Presence::remembered;
            refresh(found_[i].record, upserted[i], found_[i].same, now, tally);
            if (!known) learn(found_[i].record);
        }
    }
    for (const auto key : missing) {
        const std::uint32_t record = record_of(sources_[source], key);
        if (record != none && records_[record].presence == Presence::remembered) remove(record, Cause::forgotten, now);
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
        from.fresh_at = now;
        select_sources();
        forget_remembered(source, now);
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
    sources_[source].rules_at = never;
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
    from.fresh_at = now;
    if (from.remembered != 0 && from.rules_at == never) from.rules_at = later(now, ns(policy_.grace));
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

// ---- time ----

Time Membership::next_deadline() const {
    if (unsettled()) return 0;
    Time next = never;
    for (const auto &source : sources_) {
        next = std::min({next, gone_at(source), rules_at(source)});
        if (source.leased() && !source.silent && source.present != 0)
            next = std::min(next, later(source.heard_at, source.patience()));
    }
    if (pending_first_ != none) next = std::min(next, later(entries_[pending_first_].since, ns(policy_.hold)));
    if (calm_since_ != never) next = std::min(next, later(calm_since_, ns(policy_.grace)));
    return next;
}

void Membership::advance(Time now) {
    for (std::uint32_t id = 0; id < sources_.size(); ++id) {
        SourceState &source = sources_[id];
        if (rules_at(source) <= now) forget_remembered(id, now);
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
        const bool absent = record.presence == Presence::missing || record.presence == Presence::ghost;
        standing.claims.push_back({record.source, record.peer.key(), record.presence == Presence::present,
                                   record.presence == Presence::remembered, record.missing_since,
                                   absent ? observed(sources_[record.source], now) - record.missing_from + 1 : 0});
    }
    return standing;
}

} // namespace kith::core
