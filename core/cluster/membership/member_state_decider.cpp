// SPDX-License-Identifier: MIT
#include <core/cluster/membership/member_state_decider.hpp>
#include <core/cluster/membership/member_table.hpp>
#include <core/cluster/membership/record_table.hpp>

#include <utility>

namespace kith::core {

namespace {

void set_class(MemberEntry &entry, PeerClass to, MembershipChange &change) {
    change.from = std::exchange(entry.peer_class, to);
    change.to = to;
}

MembershipChange change_for(const MemberEntry &entry) {
    MembershipChange change;
    change.name = entry.name;
    change.cause = entry.cause;
    change.source = entry.cause_source;
    return change;
}

} // namespace

void MemberStateDecider::settle(Time now, Changes &changes) {
    names_.take_touched([&](MemberId id) { decide(id, now, changes); });
    const auto needed = [this](MemberId id) { return links_.busy(names_[id].name); };
    for (const auto &decision : guard_.decide(counted_members(), names_.missing(), policy_, now, needed))
        carry_out(decision, now, changes);
    if (std::exchange(confirmed_, false)) guard_.forget_history();
}

void MemberStateDecider::give_up(Changes &changes) {
    names_.each([&](MemberId id) {
        MembershipChange change;
        change.name = names_[id].name;
        set_class(names_[id], PeerClass::none, change);
        if (change.from != change.to) changes.push_back(change);
    });
}

void MemberStateDecider::decide(MemberId id, Time now, Changes &changes) {
    MemberEntry &entry = names_[id];
    const MemberState before = entry.state;
    const MemberState target =
        target_state({entry.verdict, entry.counts, !entry.claims.empty(), entry.cause == LossCause::policy, before});
    MembershipChange change = change_for(entry);
    change.since = entry.since;
    switch (target) {
    case MemberState::outside: leave(id, change, now, changes); break;
    case MemberState::gone:
        // A peer that a strategy out of use reports is not disconnected.
        stay_gone(id, entry.counts.aside != 0 ? PeerClass::kept : class_of_gone(), change, now, changes);
        break;
    case MemberState::held:
        if (entry.cause == LossCause::pushed_out || entry.cause == LossCause::ordered) {
            guard_.release(id);
            lose(id, Removal::unguarded, now, changes);
        } else if (before != target) {
            names_.set_state(id, target, now);
            guard_.add(id, now);
        }
        break;
    case MemberState::wanted: entry.cause = LossCause::none; [[fallthrough]];
    case MemberState::missing:
    case MemberState::remembered:
    case MemberState::aside:
        if (before == target) break;
        if (target == MemberState::remembered && is_member(before)) guard_.members_change(counted_members(), now);
        put_claim(id, target, change);
        become(id, target, class_of(target), change, now, changes);
        break;
    }
    const bool nobody_knows_it =
        entry.state == MemberState::outside || (entry.state == MemberState::gone && entry.peer_class == PeerClass::none);
    if (entry.claims.empty() && nobody_knows_it) names_.forget(id);
}

// Not accepted by the policy, or only remembered: it bypasses the guard, and its link is not changed.
void MemberStateDecider::leave(MemberId id, MembershipChange &change, Time now, Changes &changes) {
    const MemberEntry &entry = names_[id];
    if (entry.verdict == Verdict::self) change.cause = LossCause::self;
    if (entry.verdict == Verdict::excluded) change.cause = LossCause::filtered;
    if (is_member(entry.state) && entry.state != MemberState::remembered) guard_.forget_history();
    if (is_member(entry.state) || entry.peer_class != PeerClass::none)
        become(id, MemberState::outside, PeerClass::none, change, now, changes);
}

void MemberStateDecider::stay_gone(MemberId id, PeerClass peer_class, MembershipChange &change, Time now, Changes &changes) {
    const MemberEntry &entry = names_[id];
    if (!links_.busy(entry.name)) {
        become(id, MemberState::outside, PeerClass::none, change, now, changes);
    } else if (entry.peer_class != peer_class) {
        become(id, MemberState::gone, peer_class, change, now, changes);
    }
}

void MemberStateDecider::become(MemberId id, MemberState state, PeerClass peer_class, MembershipChange &change, Time now,
                                Changes &changes) {
    MemberEntry &entry = names_[id];
    change.kind = change_of(entry.state, state);
    guard_.release(id);
    names_.set_state(id, state, now);
    set_class(entry, peer_class, change);
    changes.push_back(change);
}

void MemberStateDecider::put_claim(MemberId id, MemberState state, MembershipChange &change) const {
    const MemberEntry &entry = names_[id];
    switch (state) {
    case MemberState::wanted:
        if (entry.state == MemberState::remembered) change.cause = LossCause::remembered;
        change.record = names_.first_claim(id, Contribution::present);
        change.source = records_[change.record].source;
        break;
    case MemberState::missing: change.record = entry.claims.first(); break;
    case MemberState::remembered:
        change.cause = LossCause::remembered;
        change.record = names_.first_claim(id, Contribution::remembered);
        change.source = records_[change.record].source;
        break;
    case MemberState::aside: change.cause = LossCause::unselected; break;
    default: break;
    }
}

void MemberStateDecider::carry_out(const RemovalGuard::Decision &decision, Time now, Changes &changes) {
    using Kind = RemovalGuard::Decision::Kind;
    if (decision.kind == Kind::remove_confirmed) confirmed_ = true;
    if (decision.kind != Kind::hold) {
        const Removal removal = decision.kind == Kind::remove           ? Removal::unguarded
                                : decision.kind == Kind::remove_guarded ? Removal::believed
                                                                        : Removal::confirmed;
        return lose(decision.entry, removal, now, changes);
    }
    MemberEntry &entry = names_[decision.entry];
    MembershipChange change = change_for(entry);
    change.kind = ChangeKind::held;
    change.since = entry.missing_since;
    change.would_go = decision.would_go;
    change.largest = decision.largest;
    set_class(entry, class_of(MemberState::held), change);
    changes.push_back(change);
}

void MemberStateDecider::lose(MemberId id, Removal removal, Time now, Changes &changes) {
    MemberEntry &entry = names_[id];
    guard_.members_change(counted_members(), now);
    MembershipChange change = change_for(entry);
    change.kind = ChangeKind::lost;
    change.removal = removal;
    change.since = entry.missing_since;
    change.observations = entry.observations;
    const bool busy = links_.busy(entry.name);
    names_.set_state(id, MemberState::gone, now);
    set_class(entry, busy ? class_of_gone() : PeerClass::none, change);
    changes.push_back(change);
    if (!busy) names_.forget(id);
}

PeerClass MemberStateDecider::class_of_gone() const {
    return policy_.prune == Prune::disconnect ? PeerClass::unwanted : PeerClass::kept;
}

// Members that are only remembered do not count for the guard.
std::size_t MemberStateDecider::counted_members() const { return names_.members() - names_.remembered(); }

} // namespace kith::core
