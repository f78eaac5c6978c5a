// SPDX-License-Identifier: MIT
#include <core/cluster/membership/removal_guard.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

bool removal_is_guarded(std::size_t remaining, std::size_t largest, const Policy &policy) {
    if (!policy.guard) return false;
    return remaining == 0 || static_cast<double>(largest - remaining) > policy.max_removal * static_cast<double>(largest);
}

void RemovalGuard::add(MemberId entry, Time now) {
    entries_[entry].since = now;
    list_.append(entries_, entry);
    ++waiting_;
    added_.push_back(entry);
}

void RemovalGuard::release(MemberId entry) {
    if (std::as_const(entries_)[entry].since == never) return;
    list_.remove(entries_, entry);
    entries_.reset(entry);
    --waiting_;
}

const std::vector<RemovalGuard::Decision> &RemovalGuard::decide(std::size_t members, std::size_t missing, const Policy &policy,
                                                                Time now, const std::function<bool(MemberId)> &needed) {
    decisions_.clear();
    if (std::exchange(confirmed_, false)) remove_all_since(never, Decision::Kind::remove_confirmed);
    if (paused()) {
        note_hold(0, 0);
        remove_beyond(policy.max_peers, needed);
        return decisions_;
    }
    const std::size_t remaining = members - waiting_ - missing;
    const std::size_t largest = waiting_ == 0 ? members : window_.largest(members, now, ns(policy.removal_window));
    if (waiting_ != 0 && removal_is_guarded(remaining, largest, policy)) {
        calm_since_ = never;
        hold_added(largest - remaining, largest);
        remove_beyond(policy.max_peers, needed);
    } else if (waiting_ != 0) {
        remove_added();
        // Held members often return one after the other, because a partition heals name by name.
        calm_since_ = std::min(calm_since_, now);
        if (later(calm_since_, ns(policy.grace)) <= now) remove_all_since(now, Decision::Kind::remove);
    }
    const Time hold = ns(policy.hold);
    if (now >= hold) remove_all_since(now - hold, Decision::Kind::remove_guarded);
    if (waiting_ == 0) calm_since_ = never;
    return decisions_;
}

Time RemovalGuard::next_deadline(const Policy &policy) const {
    if (waiting_ == 0 || paused()) return never;
    const Time hold_ends = later(entries_[list_.first()].since, ns(policy.hold));
    return calm_since_ == never ? hold_ends : std::min(hold_ends, later(calm_since_, ns(policy.grace)));
}

// A member that was added in the pause has not waited yet.
void RemovalGuard::resume(Time now) {
    const Time pause = now - std::exchange(paused_at_, never);
    for (const MemberId entry : added_) {
        if (std::as_const(entries_)[entry].since != never) entries_[entry].decided = false;
    }
    list_.each(entries_, [&](MemberId entry) {
        Entry &waiting = entries_[entry];
        waiting.since = waiting.decided ? later(waiting.since, pause) : now;
    });
    if (calm_since_ != never) calm_since_ = later(calm_since_, pause);
}

void RemovalGuard::note_hold(std::size_t would_go, std::size_t largest) {
    const std::size_t before = decisions_.size();
    for (const MemberId entry : added_) {
        if (std::as_const(entries_)[entry].since != never && !std::exchange(entries_[entry].decided, true))
            decisions_.push_back({Decision::Kind::hold, entry, would_go, largest});
    }
    if (decisions_.size() != before) ++hold_;
}

void RemovalGuard::hold_added(std::size_t would_go, std::size_t largest) {
    note_hold(would_go, largest);
    added_.clear();
}

void RemovalGuard::remove_added() {
    for (const MemberId entry : added_) {
        if (std::as_const(entries_)[entry].since != never) remove(entry, Decision::Kind::remove);
    }
    added_.clear();
}

// Held members without a link use memory, and holding them protects nothing.
void RemovalGuard::remove_beyond(std::size_t most, const std::function<bool(MemberId)> &needed) {
    for (MemberId entry = list_.first(); waiting_ > most && entry != MemberId::none;) {
        const MemberId next = entries_[entry].links.next;
        if (!needed(entry)) remove(entry, Decision::Kind::remove);
        entry = next;
    }
}

void RemovalGuard::remove_all_since(Time since, Decision::Kind kind) {
    while (!list_.empty() && std::as_const(entries_)[list_.first()].since <= since) remove(list_.first(), kind);
}

void RemovalGuard::remove(MemberId entry, Decision::Kind kind) {
    release(entry);
    decisions_.push_back({kind, entry, 0, 0});
}

} // namespace kith::core
