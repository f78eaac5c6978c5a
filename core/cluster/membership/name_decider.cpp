// SPDX-License-Identifier: MIT
#include <core/cluster/membership/name_decider.hpp>
#include <core/cluster/membership/name_table.hpp>
#include <core/cluster/membership/record_table.hpp>

#include <utility>

namespace kith::core {

namespace {

void set_class(NameEntry &entry, PeerClass to, MembershipChange &change) {
    change.from = std::exchange(entry.peer_class, to);
    change.to = to;
}

MembershipChange change_for(const NameEntry &entry) {
    MembershipChange change;
    change.name = entry.name;
    change.cause = entry.cause;
    change.source = entry.cause_source;
    return change;
}

} // namespace

void NameDecider::settle(Time now, Changes &changes) {
    names_.take_touched([&](EntryId id) { decide(id, now, changes); });
    const auto needed = [this](EntryId id) { return links_.busy(names_[id].name); };
    for (const auto &decision : guard_.decide(counted_members(), names_.missing(), policy_, now, needed))
        carry_out(decision, now, changes);
}

void NameDecider::give_up(Changes &changes) {
    names_.each([&](EntryId id) {
        MembershipChange change;
        change.name = names_[id].name;
        set_class(names_[id], PeerClass::none, change);
        if (change.from != change.to) changes.push_back(change);
    });
}

void NameDecider::decide(EntryId id, Time now, Changes &changes) {
    NameEntry &entry = names_[id];
    const NameState before = entry.state;
    const NameState target =
        target_state({entry.verdict, entry.counts, !entry.claims.empty(), entry.cause == Cause::policy, before});
    MembershipChange change = change_for(entry);
    change.since = entry.since;
    switch (target) {
    case NameState::outside: leave(id, change, now, changes); break;
    case NameState::gone:
        // Nobody is parted whom a strategy that is not in use has.
        stay_gone(id, entry.counts.aside != 0 ? PeerClass::kept : class_of_gone(), change, now, changes);
        break;
    case NameState::held:
        if (entry.cause == Cause::pushed_out) {
            guard_.release(id);
            lose(id, false, now, changes);
        } else if (before != target) {
            names_.set_state(id, target, now);
            guard_.add(id, now);
        }
        break;
    case NameState::wanted: entry.cause = Cause::none; [[fallthrough]];
    case NameState::missing:
    case NameState::remembered:
    case NameState::aside:
        if (before == target) break;
        if (target == NameState::remembered && is_member(before)) guard_.members_change(counted_members(), now);
        put_claim(id, target, change);
        become(id, target, class_of(target), change, now, changes);
        break;
    }
    const bool nobody_knows_it =
        entry.state == NameState::outside || (entry.state == NameState::gone && entry.peer_class == PeerClass::none);
    if (entry.claims.empty() && nobody_knows_it) names_.forget(id);
}

// Not accepted by the policy, or never more than remembered: past the guard, and it leaves a link alone.
void NameDecider::leave(EntryId id, MembershipChange &change, Time now, Changes &changes) {
    const NameEntry &entry = names_[id];
    if (entry.verdict == Verdict::self) change.cause = Cause::self;
    if (entry.verdict == Verdict::excluded) change.cause = Cause::filtered;
    if (is_member(entry.state) && entry.state != NameState::remembered) guard_.forget_history();
    if (is_member(entry.state) || entry.peer_class != PeerClass::none)
        become(id, NameState::outside, PeerClass::none, change, now, changes);
}

void NameDecider::stay_gone(EntryId id, PeerClass peer_class, MembershipChange &change, Time now, Changes &changes) {
    const NameEntry &entry = names_[id];
    if (!links_.busy(entry.name)) {
        become(id, NameState::outside, PeerClass::none, change, now, changes);
    } else if (entry.peer_class != peer_class) {
        become(id, NameState::gone, peer_class, change, now, changes);
    }
}

void NameDecider::become(EntryId id, NameState state, PeerClass peer_class, MembershipChange &change, Time now,
                         Changes &changes) {
    NameEntry &entry = names_[id];
    change.kind = change_of(entry.state, state);
    guard_.release(id);
    names_.set_state(id, state, now);
    set_class(entry, peer_class, change);
    changes.push_back(change);
}

void NameDecider::put_claim(EntryId id, NameState state, MembershipChange &change) const {
    const NameEntry &entry = names_[id];
    switch (state) {
    case NameState::wanted:
        if (entry.state == NameState::remembered) change.cause = Cause::remembered;
        change.record = names_.first_claim(id, Contribution::present);
        change.source = records_[change.record].source;
        break;
    case NameState::missing: change.record = entry.claims.first(); break;
    case NameState::remembered:
        change.cause = Cause::remembered;
        change.record = names_.first_claim(id, Contribution::remembered);
        change.source = records_[change.record].source;
        break;
    case NameState::aside: change.cause = Cause::unselected; break;
    default: break;
    }
}

void NameDecider::carry_out(const RemovalGuard::Decision &decision, Time now, Changes &changes) {
    using Kind = RemovalGuard::Decision::Kind;
    if (decision.kind != Kind::hold) return lose(decision.entry, decision.kind == Kind::remove_guarded, now, changes);
    NameEntry &entry = names_[decision.entry];
    MembershipChange change = change_for(entry);
    change.kind = ChangeKind::held;
    change.since = entry.missing_since;
    change.would_go = decision.would_go;
    change.largest = decision.largest;
    set_class(entry, class_of(NameState::held), change);
    changes.push_back(change);
}

void NameDecider::lose(EntryId id, bool believed, Time now, Changes &changes) {
    NameEntry &entry = names_[id];
    guard_.members_change(counted_members(), now);
    MembershipChange change = change_for(entry);
    change.kind = ChangeKind::lost;
    change.believed = believed;
    change.since = entry.missing_since;
    change.observations = entry.observations;
    const bool busy = links_.busy(entry.name);
    names_.set_state(id, NameState::gone, now);
    set_class(entry, busy ? class_of_gone() : PeerClass::none, change);
    changes.push_back(change);
    if (!busy) names_.forget(id);
}

PeerClass NameDecider::class_of_gone() const {
    return policy_.prune == Prune::disconnect ? PeerClass::unwanted : PeerClass::kept;
}

// What is only remembered is no measure of what goes.
std::size_t NameDecider::counted_members() const { return names_.members() - names_.remembered(); }

} // namespace kith::core
