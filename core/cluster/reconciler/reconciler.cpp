// SPDX-License-Identifier: MIT
//
// The inputs and the state of the reconciler. Its actions are in reconciler_operations.cpp.
#include <core/cluster/base/format_duration.hpp>
#include <core/cluster/reconciler/reconciler.hpp>

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::core {

namespace {

constexpr Time links_grace = 5 * one_second;  // from attached to the first `links`
constexpr Time stable_link = 10 * one_second; // a shorter link counts as a failure

} // namespace

Reconciler::Reconciler(std::string connector, std::uint32_t parallel, Connector &plugin, EventBus &bus, std::uint64_t seed)
    : connector_(std::move(connector)), own_parallel_(parallel), plugin_(plugin), bus_(bus), random_(seed) {
    limits_changed();
}

// ---- reports of the connector ----

Status Reconciler::attached(std::string_view node, std::uint64_t epoch, Time now) {
    if (epoch <= epoch_)
        return {KITH_STALE, "epoch " + std::to_string(epoch) + " is not above the last one, " + std::to_string(epoch_)};
    if (node.empty()) return {KITH_INVALID, "the node has no name"};
    if (attached_) forget_attachment();
    attached_ = true;
    epoch_ = epoch;
    node_ = node;
    attached_at_ = now;
    links_due_ = later(now, links_grace);
    detach_reported_ = false;
    Event event;
    event.kind = KITH_EVENT_CONNECTOR_ATTACHED;
    event.connector = connector_;
    event.node = node_;
    bus_.publish(event, now);
    for (auto *user : users_) user->on_attached(node_, now);
    return {};
}

Status Reconciler::detached(std::int32_t status, std::string_view text, Time now) {
    if (!attached_ && detach_reported_ && status == detached_status_ && text == detached_text_) return {};
    Event event;
    event.kind = KITH_EVENT_CONNECTOR_DETACHED;
    event.connector = connector_;
    event.node = node_;
    event.status = status;
    event.reason = text;
    if (attached_) {
        event.duration = now - attached_at_;
        event.has_duration = true;
    }
    const bool was = attached_;
    forget_attachment();
    detach_reported_ = true;
    detached_status_ = status;
    detached_text_ = text;
    bus_.publish(event, now);
    if (was) {
        for (auto *user : users_) user->on_detached(now);
    }
    return {};
}

void Reconciler::lost(std::int32_t status, std::string_view text, Time now) {
    detached(status, text, now);
    forget_operations();
    ops_.clear();
    epoch_ = 0;
}

void Reconciler::succeed(std::string_view node, std::uint64_t epoch, std::span<const LinkView> links, Time now) {
    forget_operations();
    ops_.clear();
    epoch_ = 0;
    if (attached_ && node == node_)
        epoch_ = epoch;
    else
        attached(node, epoch, now);
    links_known_ = false; // so that each peer is looked at, also those whose operation was forgotten
    this->links(epoch, links, now);
}

Status Reconciler::links(std::uint64_t epoch, std::span<const LinkView> links, Time now) {
    if (!attached_ || epoch != epoch_) return {KITH_STALE, "the attachment that these links belong to is over"};
    const bool first = !std::exchange(links_known_, true);
    links_due_ = never;
    ++mark_;
    for (const auto &link : links) {
        const NameId name = names_.acquire(link.name);
        peer(name).mark = mark_;
        set_member(name, !link.connected);
        if (link.connected == peer(name).up) {
            names_.release(name);
            continue;
        }
        if (!link.connected)
            set_link(name, false, "it is a member without a connection", now, !first);
        else
            set_link(name, true, first ? "it existed at attachment" : "", now, !first, link.attributes);
        names_.release(name);
    }
    for (NameId name = 0; name < peers_.size(); ++name) {
        if (peers_[name].mark != mark_) set_member(name, false);
        if (peers_[name].up && peers_[name].mark != mark_)
            set_link(name, false, first ? "it no longer existed at attachment" : "it is not among the links", now, !first);
        if (first && peers_[name].classes.claimed()) touch(name);
    }
    if (first) {
        for (auto *user : users_) user->on_links_known(now);
    }
    return {};
}

Status Reconciler::link_up(std::uint64_t epoch, const LinkView &link, Time now) {
    if (!attached_ || epoch != epoch_) return {KITH_STALE, "the attachment that this link belongs to is over"};
    if (link.name.empty()) return {KITH_INVALID, "the link has no name"};
    const NameId name = names_.acquire(link.name);
    set_member(name, false);
    if (!peer(name).up) set_link(name, true, {}, now, true, link.attributes);
    names_.release(name);
    return {};
}

Status Reconciler::link_down(std::uint64_t epoch, std::string_view text, std::string_view reason, Time now) {
    if (!attached_ || epoch != epoch_) return {KITH_STALE, "the attachment that this link belongs to is over"};
    const NameId name = names_.find(text);
    if (name != no_name && name < peers_.size() && peers_[name].up) set_link(name, false, reason, now, true);
    return {};
}

Status Reconciler::done(std::uint64_t id, std::int32_t status, std::string_view text, Time now) {
    const Slot slot = ops_.find(id);
    if (slot == OperationsInFlight::none) return {KITH_STALE, "no such operation is outstanding"};
    const Operation op = ops_[slot];
    end_op(slot);
    if (op.forgotten) return {};
    if (status == KITH_CANCELLED && op.cancel_reason == CancelReason::timed_out) {
        ended(op.name, op.work, KITH_TIMED_OUT, "no answer within " + duration_text(now - op.began), op.began, now);
    } else if (status == KITH_CANCELLED && op.cancel_reason == CancelReason::gave_way) {
        ended(op.name, op.work, KITH_CANCELLED, op.waiting, op.began, now);
    } else {
        ended(op.name, op.work, status, text, op.began, now);
    }
    return {};
}

void Reconciler::stop(Time) {
    stopping_ = true;
    forget_operations();
}

// The next advance cancels the operations in flight. Their completion only frees the slot.
void Reconciler::forget_operations() {
    for (Slot slot = 0; slot < ops_.slots(); ++slot) {
        Operation &op = ops_[slot];
        if (op.id == 0 || op.forgotten) continue;
        op.forgotten = true;
        ops_.set_deadline(slot, 0);
        peers_[op.name].work = Work::none;
        peers_[op.name].op = OperationsInFlight::none;
        if (!busy(op.name)) {
            for (auto *user : users_) user->on_quiet(op.name);
        }
        mind(op.name);
    }
}

// Forgets all state of an attachment, except for the last known links.
void Reconciler::forget_attachment() {
    attached_ = false;
    links_known_ = false;
    links_due_ = never;
    bridge_.clear();
    queued_.clear();
    forget_operations();
    for (NameId name = 0; name < peers_.size(); ++name) {
        Peer &known = peers_[name];
        if (!known.referenced) continue;
        const bool was_busy = busy(name);
        known.settling = Work::none;
        known.settle_by = known.wake_at = never;
        if (was_busy && !busy(name)) {
            for (auto *user : users_) user->on_quiet(name);
        }
        mind(name);
    }
}

// As set_link, for a member without a link.
void Reconciler::set_member(NameId name, bool member) {
    if (std::exchange(peer(name).member, member) == member) return;
    names_.retain(name);
    if (!member && peers_[name].settling == Work::disconnect && !peers_[name].up) peers_[name].settling = Work::none;
    touch(name);
    if (!busy(name)) {
        for (auto *user : users_) user->on_quiet(name);
    }
    mind(name);
    names_.release(name);
}

void Reconciler::set_link(NameId name, bool up, std::string_view reason, Time now, bool observed,
                          std::span<const AttributeView> attributes) {
    names_.retain(name); // needed for the event below, even when nothing else refers to the name
    Peer &known = peer(name);
    const Time lasted = now - known.since;
    known.up = up;
    known.since = now;
    if (up) {
        ++link_count_;
        known.ever_up = true;
        if (known.settling == Work::connect) known.settling = Work::none;
        known.retry_at = 0;
    } else {
        --link_count_;
        if (known.settling == Work::disconnect) known.settling = Work::none;
        known.retry_at = 0;
        room_changed_ = true;
        known.tried = false;
        known.yields = 0;
        const bool unsettled = observed && lasted < settled_link && known.classes.dial();
        known.short_links = unsettled ? known.short_links + 1 : 0;
        if (!unsettled || (lasted >= stable_link && known.short_links < 2)) {
            known.failures = 0;
            known.failure.reset();
        } else {
            ++known.failures;
            known.status = KITH_RESET;
            known.failure = std::make_unique<const std::string>("the link was up for only " + duration_text(lasted));
            known.retry_at = later(now, ConnectPacing::backoff(known.failures, limits_of(name), random_));
        }
    }
    publish(up ? KITH_EVENT_LINK_UP : KITH_EVENT_LINK_DOWN, name, KITH_OK, reason, now, up ? never : lasted, attributes);
    touch(name);
    for (auto *user : users_) user->on_link(name, up, now);
    if (!busy(name)) {
        for (auto *user : users_) user->on_quiet(name);
    }
    mind(name);
    names_.release(name);
}

// ---- topologies ----

void Reconciler::add_user(ReconcilerUser &user) {
    users_.push_back(&user);
    limits_changed();
}

void Reconciler::remove_user(ReconcilerUser &user) {
    std::erase(users_, &user);
    limits_changed();
}

void Reconciler::limits_changed() {
    std::uint32_t parallel = users_.empty() ? 16 : ~std::uint32_t{0};
    bridges_ = false;
    for (const auto *user : users_) {
        parallel = std::min(parallel, user->connect_limits().parallel);
        bridges_ = bridges_ || user->connect_limits().bridge_after != never;
    }
    if (!bridges_) bridge_.clear();
    if (own_parallel_ != 0) parallel = std::min(parallel, own_parallel_);
    parallel_ = std::max<std::uint32_t>(parallel, 1);
    room_changed_ = true;
}

ReconcilerUser *Reconciler::owner(NameId name) const {
    for (auto *user : users_) {
        if (user->class_of(name) != PeerClass::none) return user;
    }
    return nullptr;
}

ReconcilerUser *Reconciler::owner(NameId name, Work work) const {
    for (auto *user : users_) {
        const PeerClass peer_class = user->class_of(name);
        if (work == Work::connect ? dials(peer_class) : peer_class == PeerClass::unwanted) return user;
    }
    return owner(name);
}

const ConnectLimits &Reconciler::limits_of(NameId name) const {
    static const ConnectLimits standard;
    const ReconcilerUser *user = owner(name, peers_[name].up ? Work::disconnect : Work::connect);
    return user == nullptr ? standard : user->connect_limits();
}

void Reconciler::publish(std::uint32_t kind, NameId name, std::int32_t status, std::string_view reason, Time now, Time duration,
                         std::span<const AttributeView> attributes) {
    Event event;
    event.kind = kind;
    event.status = status;
    if (duration != never) {
        event.duration = duration;
        event.has_duration = true;
    }
    if (const auto *user = owner(name); user != nullptr) event.topology = user->user_name();
    event.connector = connector_;
    event.peer = names_.text(name);
    event.reason = reason;
    event.attributes = attributes;
    bus_.publish(event, now);
}

// ---- state ----

bool Reconciler::linked(NameId name) const { return attached_ && links_known_ && name < peers_.size() && peers_[name].up; }

bool Reconciler::busy(NameId name) const {
    return name < peers_.size() &&
           (peers_[name].up || peers_[name].member || peers_[name].work != Work::none || peers_[name].settling != Work::none);
}

bool Reconciler::ever_linked(NameId name) const { return name < peers_.size() && peers_[name].ever_up; }

std::vector<std::string_view> Reconciler::linked_names() const {
    std::vector<std::string_view> names;
    for (NameId name = 0; name < peers_.size(); ++name) {
        if (linked(name)) names.push_back(names_.text(name));
    }
    return names;
}

std::string Reconciler::why(std::string_view text, Time now) const {
    if (!attached_) {
        return "connector " + connector_ + " is not attached to a node" +
               (detached_text_.empty() ? std::string{} : ": " + detached_text_) + "; kith connects no peer";
    }
    if (!links_known_) return "connector " + connector_ + " has not reported its links yet";
    const NameId name = names_.find(text);
    if (name == no_name || name >= peers_.size()) return {};
    const Peer &known = peers_[name];
    if (known.up) return "linked since " + duration_text(now - known.since);
    if (known.work != Work::none) {
        return std::string{known.work == Work::connect ? "connecting" : "disconnecting"} + " since " +
               duration_text(now - ops_[known.op].began);
    }
    if (known.settling == Work::connect) return "connected; its link is not up yet";
    if (!known.classes.dial()) return known.member ? "a member without a connection" : "not linked";
    if (known.failures != 0) {
        std::string answer =
            "attempt " + std::to_string(known.failures) + " failed (" + std::string{status_slug(known.status)} + ")";
        if (!known.text().empty()) answer.append(": ").append(known.text());
        return answer + (known.retry_at > now ? "; the next is in " + duration_text(known.retry_at - now)
                                              : "; the next waits for a slot");
    }
    if (const std::string waits = reason_to_wait(name); !waits.empty()) return "is not connected now: " + waits;
    return "waits for one of " + std::to_string(parallel_) + " slots to be connected";
}

} // namespace kith::core
