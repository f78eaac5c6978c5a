// SPDX-License-Identifier: MIT
//
// The actions of the reconciler: finds names whose link differs from their class, and starts, supervises and ends operations.
#include <core/cluster/base/format_duration.hpp>
#include <core/cluster/reconciler/reconciler.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

constexpr Time cancel_grace = 5 * one_second; // from the cancel to the completion of an operation
constexpr Time link_grace = 5 * one_second;   // from the success of a connect to its link
constexpr Time links_again = 30 * one_second; // between repeated requests for the links

} // namespace

// ---- the difference ----

Reconciler::Peer &Reconciler::peer(NameId name) {
    if (name >= peers_.size()) peers_.resize(name + 1);
    return peers_[name];
}

// Holds a reference to a name that has a class, a link or an operation, and forgets its state when it has none.
void Reconciler::mind(NameId name) {
    Peer &known = peer(name);
    const bool needed =
        known.classes.claimed() || known.up || known.member || known.work != Work::none || known.settling != Work::none;
    if (needed == known.referenced) return;
    if (needed) {
        known.referenced = true;
        names_.retain(name);
    } else {
        const bool dirty = known.dirty;
        if (known.parked) std::erase(parked_, name);
        known = Peer{};
        known.dirty = dirty;
        queued_.put(name, Kind::none);
        names_.release(name);
    }
}

void Reconciler::touch(NameId name) {
    if (std::exchange(peer(name).dirty, true)) return;
    dirty_.push_back(name);
}

void Reconciler::move(NameId name, PeerClass from, PeerClass to) {
    if (from == to) return;
    peer(name).classes.move(from, to);
    mind(name);
    touch(name);
}

void Reconciler::consider(NameId name, Time now) {
    const Peer &known = peers_[name];
    queued_.put(name, Kind::none);
    if (bridges_) note_unknown(name, now);
    if (!links_known_ || stopping_ || known.work != Work::none || known.settling != Work::none) return;
    const bool dial = !known.up && known.classes.dial();
    const bool part = (known.up || known.member) && known.classes.part();
    if (!dial && !part) return;
    if (known.retry_at > now) {
        wake(name, known.retry_at);
    } else if (dial && !has_room(name) && name != bridge_.connecting()) {
        if (!std::exchange(peers_[name].parked, true)) parked_.push_back(name);
    } else {
        queued_.put(name, part ? Kind::disconnect : known.tried ? Kind::reconnect : Kind::first_connect);
    }
}

void Reconciler::note_unknown(NameId name, Time now) {
    const Peer &known = peers_[name];
    const bool unknown = links_known_ && !known.up && !known.member && known.classes.dial();
    const Time after = unknown ? limits_of(name).bridge_after : never;
    if (after != never) return bridge_.set_unknown(name, after, now);
    bridge_.set_known(name);
    if (name == bridge_.connecting() && known.work == Work::none) bridge_.ended(known.up, now);
}

void Reconciler::bridge(Time now) {
    std::uint32_t turn = 0; // how many nodes of the overlay that are wanted too come before the local one
    for (NameId name = 0; name < peers_.size(); ++name) {
        const Peer &known = peers_[name];
        turn += (known.up || known.member) && known.classes.dial() && names_.text(name) < node_ ? 1 : 0;
    }
    const auto rank = [&](NameId name) {
        const Peer &known = peers_[name];
        const bool busy = known.work != Work::none || known.settling != Work::none;
        return link_count_ == 0 || busy || known.retry_at > now ? -1 : static_cast<int>(known.failures);
    };
    if (const NameId name = bridge_.take(names_, node_, turn, rank, now); name != no_name) touch(name);
}

// Of those that have it connected, one without a reason is enough.
std::string Reconciler::reason_to_wait(NameId name) const {
    std::string reason;
    for (const auto *user : users_) {
        if (!dials(user->class_of(name))) continue;
        if (!user->may_wait()) return {};
        std::size_t connecting = 0;
        for (Slot slot = 0; slot < ops_.slots(); ++slot) {
            const Operation &op = ops_[slot];
            connecting += op.id != 0 && op.work == Work::connect && !op.forgotten && dials(user->class_of(op.name));
        }
        reason = user->reason_to_wait(connecting);
        if (reason.empty()) return {};
    }
    return reason;
}

void Reconciler::wake(NameId name, Time at) {
    Peer &known = peers_[name];
    if (known.wake_at <= at) return; // an earlier deadline exists
    known.wake_at = at;
    deadlines_.add(at, name);
}

// ---- operations ----

void Reconciler::begin(NameId name, Work work, Time now) {
    queued_.put(name, Kind::none);
    PeerView view;
    const ReconcilerUser *user = owner(name, work);
    if (user == nullptr || !user->describe(name, view)) view = {names_.text(name), names_.text(name), {}, 0};
    if (work == Work::connect) {
        peers_[name].tried = true;
        std::string reason;
        if (name == bridge_.connecting())
            reason = "the overlay has not known it for " + duration_text(limits_of(name).bridge_after) + " (policy.bridge)";
        publish(KITH_EVENT_CONNECT_STARTED, name, KITH_OK, reason, now);
    }
    // The connector may report inputs before this call returns.
    const StartedOperation begun = work == Work::connect ? plugin_.connect(view) : plugin_.disconnect(view);
    if (begun.status != KITH_OK) {
        fail(name, work, begun.status, begun.text, 0, now);
        return;
    }
    const Slot slot = ops_.add(begun.op, name, work, now, later(now, limits_of(name).timeout));
    peers_[name].work = work;
    peers_[name].op = slot;
    mind(name);
}

void Reconciler::end_op(Slot slot) {
    const Operation &op = ops_[slot];
    if (!op.forgotten) {
        peers_[op.name].work = Work::none;
        peers_[op.name].op = OperationsInFlight::none;
    }
    room_changed_ = true;
    ops_.remove(slot);
}

void Reconciler::ended(NameId name, Work work, std::int32_t status, std::string_view text, Time began, Time now) {
    Peer &known = peers_[name];
    const bool as_wished = work == Work::connect ? known.up : !known.up && !known.member;
    if (status != KITH_OK && !as_wished) {
        fail(name, work, status, text, now - began, now);
        return;
    }
    if (work == Work::connect) pacing_.connected(now - began);
    if (name == bridge_.connecting()) bridge_.ended(true, now);
    publish(work == Work::connect ? KITH_EVENT_CONNECT_SUCCEEDED : KITH_EVENT_DISCONNECT_SUCCEEDED, name, KITH_OK, {}, now,
            now - began);
    if (!as_wished) {
        known.settling = work;
        known.settle_by = later(now, link_grace);
        wake(name, known.settle_by);
    } else if (!busy(name)) {
        for (auto *user : users_) user->on_quiet(name);
    }
    touch(name);
    mind(name);
}

void Reconciler::fail(NameId name, Work work, std::int32_t status, std::string_view text, Time duration, Time now) {
    Peer &known = peers_[name];
    ++known.failures;
    known.status = status;
    known.failure = std::make_unique<const std::string>(text);
    if (name == bridge_.connecting()) bridge_.ended(false, now);
    known.retry_at = later(now, ConnectPacing::backoff(known.failures, limits_of(name), random_));
    publish(work == Work::connect ? KITH_EVENT_CONNECT_FAILED : KITH_EVENT_DISCONNECT_FAILED, name, status, text, now,
            duration);
    if (!busy(name)) {
        for (auto *user : users_) user->on_quiet(name);
    }
    touch(name);
    mind(name);
}

void Reconciler::give_way(Time now) {
    yield_at_ = never;
    if (ops_.connecting() < parallel_) return;
    const std::size_t waiting = queued_.first_connects();
    std::size_t giving = 0;
    for (Slot slot = 0; slot < ops_.slots(); ++slot) {
        const Operation &op = ops_[slot];
        giving += op.id != 0 && op.work == Work::connect && (op.forgotten || op.cancel_reason != CancelReason::none);
    }
    for (Slot slot = 0; slot < ops_.slots() && giving < waiting; ++slot) {
        Operation &op = ops_[slot];
        if (op.id == 0 || op.work != Work::connect || op.forgotten || op.cancel_reason != CancelReason::none) continue;
        Peer &known = peers_[op.name];
        const Time until = later(op.began, pacing_.patience(known.yields, limits_of(op.name)));
        if (until > now) {
            yield_at_ = std::min(yield_at_, until);
            continue;
        }
        ++giving;
        ++known.yields;
        op.cancel_reason = CancelReason::gave_way;
        op.waiting = "no answer within " + duration_text(now - op.began) + "; gave way to peers that were not tried yet";
        ops_.set_deadline(slot, later(now, cancel_grace));
        plugin_.cancel(op.id);
    }
}

// ---- time ----

Time Reconciler::next_deadline() const {
    const Time ops = ops_.next();
    if (stopping_) return ops;
    if (!dirty_.empty() || (room_changed_ && !parked_.empty() && links_known_)) return 0;
    if (!links_known_) return std::min(ops, links_due_);
    if (ops_.connecting() < parallel_ && queued_.may_connect()) return 0;
    if (ops_.disconnecting() < parallel_ && queued_.may_disconnect()) return 0;
    return std::min({ops, deadlines_.next(), yield_at_, bridge_.next_deadline()});
}

void Reconciler::op_due(Slot slot, Time now) {
    Operation &op = ops_[slot];
    if (op.cancel_reason == CancelReason::none) {
        op.cancel_reason = CancelReason::timed_out;
        ops_.set_deadline(slot, later(now, cancel_grace));
        plugin_.cancel(op.id);
        return;
    }
    const Operation over = op;
    end_op(slot);
    if (!over.forgotten)
        ended(over.name, over.work, KITH_TIMED_OUT, "the connector has not ended the operation 5 s after it was cancelled",
              over.began, now);
}

void Reconciler::peer_due(NameId name, Time now) {
    Peer &known = peers_[name];
    known.wake_at = never;
    if (known.settling != Work::none) {
        if (known.settle_by > now) {
            wake(name, known.settle_by);
            return;
        }
        const Work work = std::exchange(known.settling, Work::none);
        fail(name, work, KITH_TIMED_OUT,
             work == Work::connect ? "the connector reported the peer as connected, but no link came up within 5 s"
                                   : "the connector reported the peer as disconnected, but its link is still up after 5 s",
             link_grace, now);
    }
    touch(name);
}

void Reconciler::advance(Time now) {
    for (Slot slot = ops_.take_due(now); slot != OperationsInFlight::none; slot = ops_.take_due(now)) op_due(slot, now);
    if (links_due_ <= now) {
        links_due_ = later(now, links_again);
        plugin_.refresh();
    }
    if (links_known_) {
        for (DeadlineQueue::Entry due; deadlines_.take(now, due);) {
            if (due.second < peers_.size() && peers_[due.second].wake_at == due.first) peer_due(due.second, now);
        }
    }
    if (std::exchange(room_changed_, false)) {
        for (const NameId name : std::exchange(parked_, {})) {
            peers_[name].parked = false;
            touch(name);
        }
    }
    if (links_known_ && bridge_.next_deadline() <= now) bridge(now);
    // An operation may fail immediately and mark its name again.
    for (bool more = true; more;) {
        more = false;
        for (std::size_t i = 0; i < dirty_.size(); ++i) {
            peers_[dirty_[i]].dirty = false;
            consider(dirty_[i], now);
        }
        dirty_.clear();
        for (NameId name; ops_.connecting() < parallel_ && (name = queued_.next_connect(random_)) != no_name; more = true) {
            if (has_room(name) || name == bridge_.connecting())
                begin(name, Work::connect, now);
            else
                consider(name, now); // it waits for room now
        }
        for (NameId name; ops_.disconnecting() < parallel_ && (name = queued_.next_disconnect()) != no_name; more = true)
            begin(name, Work::disconnect, now);
    }
    give_way(now);
    if (deadlines_.size() > 2 * peers_.size() + 64) {
        deadlines_.prune([this](const DeadlineQueue::Entry &entry) { return peers_[entry.second].wake_at == entry.first; });
    }
}

} // namespace kith::core
