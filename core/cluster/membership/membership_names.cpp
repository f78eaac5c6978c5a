// SPDX-License-Identifier: MIT
//
// Names: what the policy makes of their claims, and the guard over all removals of a moment.
#include <core/cluster/membership/glob.hpp>
#include <core/cluster/membership/membership.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

bool any_glob(const std::vector<std::string> &globs, std::string_view name) {
    return std::any_of(globs.begin(), globs.end(), [name](const std::string &glob) { return glob_match(glob, name); });
}

} // namespace

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
        template_ = NameTemplate{policy_.name};
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
                if (template_.name(peer, scratch_).empty() && old != none && names_.text(entries_[old].name) == scratch_)
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
    if (pending_ == 0) calm_since_ = never;
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
    missed_ += (state == State::held ? 1U : 0U);
    missed_ -= (entry.state == State::held ? 1U : 0U);
    remembered_ += (state == State::remembered ? 1U : 0U);
    remembered_ -= (entry.state == State::remembered ? 1U : 0U);
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
            if (before != State::remembered) window_.forget();
            become(State::outside, PeerClass::none, Change::Kind::lost);
        } else if (entry.peer_class != PeerClass::none) {
            become(State::outside, PeerClass::none, Change::Kind::reclassed);
        }
    } else if (entry.present != 0) {
        entry.cause = Cause::none;
        if (before == State::wanted) return;
        if (before == State::remembered) change.cause = Cause::remembered;
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
    } else if (entry.remembered != 0) {
        if (before == State::remembered) return;
        if (was_member) window_.changed(counted(), now);
        change.cause = Cause::remembered;
        change.record = first_remembered(entry);
        change.source = records_[change.record].source;
        become(State::remembered, PeerClass::held, was_member ? Change::Kind::held : Change::Kind::discovered);
    } else if (entry.aside != 0) {
        if (before == State::gone) stay_gone(PeerClass::kept); // nobody is parted whom a strategy has
        if (!was_member || before == State::resting) return;
        change.cause = Cause::unselected;
        become(State::resting, PeerClass::resting, Change::Kind::held);
    } else if (before == State::remembered) {
        become(State::outside, PeerClass::none, Change::Kind::lost); // not through the guard, and never parted
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

std::uint32_t Membership::first_remembered(const Entry &entry) const {
    std::uint32_t id = entry.first;
    while (records_[id].contribution != Contribution::remembered) id = records_[id].claim_next;
    return id;
}

void Membership::bury(std::uint32_t id) {
    if (std::exchange(entries_[id].dead, true)) return;
    dead_.push_back(id);
}

// All removals of this moment together: either they are believed, or every one of them waits for `hold`.
void Membership::guard(Time now, std::vector<Change> &changes) {
    const std::size_t after =
        counted() - pending_ - missed_; // leases of one partition end one by one: who is missed may go next
    const std::size_t largest = window_.largest(counted(), now, ns(policy_.removal_window));
    const bool trips = policy_.guard && (after == 0 || static_cast<double>(largest - after) >
                                                           policy_.max_removal * static_cast<double>(largest));
    if (!trips) {
        for (const auto id : newly_pending_) {
            if (entries_[id].state == State::pending) lose(id, false, now, changes);
        }
        // Those that were held are often on their way back like the ones before them: a partition heals name by name.
        calm_since_ = std::min(calm_since_, now);
        if (later(calm_since_, ns(policy_.grace)) <= now) {
            while (pending_first_ != none) lose(pending_first_, false, now, changes);
        }
    } else {
        calm_since_ = never;
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
        // Held names without a link cost memory and protect nothing.
        for (std::uint32_t id = pending_first_; pending_ > policy_.max_peers && id != none;) {
            const std::uint32_t next = entries_[id].pending_next;
            if (!links_.busy(entries_[id].name)) lose(id, false, now, changes);
            id = next;
        }
    }
    while (pending_first_ != none && later(entries_[pending_first_].since, ns(policy_.hold)) <= now)
        lose(pending_first_, true, now, changes);
    newly_pending_.clear();
}

void Membership::lose(std::uint32_t id, bool believed, Time now, std::vector<Change> &changes) {
    Entry &entry = entries_[id];
    if (entry.pending) drop_pending(id);
    window_.changed(counted(), now);
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

} // namespace kith::core
