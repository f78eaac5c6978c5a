// SPDX-License-Identifier: MIT
#include <core/cluster/duration_text.hpp>
#include <core/cluster/reconciler.hpp>

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::core {

namespace {

constexpr Time second = 1'000'000'000;
constexpr Time millisecond = 1'000'000;

constexpr Time cancel_grace = 5 * second; // from cancel to the op's end
constexpr Time link_grace = 5 * second;   // from a connect's success to its link
constexpr Time links_grace = 5 * second;  // from attached to the first `links`
constexpr Time links_again = 30 * second; // and between reminders
constexpr Time stable_link = 10 * second; // a link that lasts shorter counts as a failure to keep it
constexpr Time least_patience = 12 * millisecond;

} // namespace

Reconciler::Reconciler(std::string connector, std::uint32_t parallel, Joiner &joiner, Bus &bus, std::uint64_t seed)
    : connector_(std::move(connector)), own_parallel_(parallel), joiner_(joiner), bus_(bus), random_(seed) {
    limits_changed();
}

// ---- what the connector says ----

Outcome Reconciler::attached(std::string_view node, std::uint64_t epoch, Time now) {
    if (epoch <= epoch_)
        return {KITH_STALE, "epoch " + std::to_string(epoch) + " is not above the last one, " + std::to_string(epoch_)};
    if (node.empty()) return {KITH_INVALID, "the node has no name"};
    if (attached_) forget_attachment();
    attached_ = true;
    epoch_ = epoch;
    node_ = node;
    attached_at_ = now;
    links_due_ = later(now, links_grace);
    detach_told_ = false;
    Event event;
    event.kind = KITH_EVENT_CONNECTOR_ATTACHED;
    event.connector = connector_;
    event.node = node_;
    bus_.publish(event, now);
    for (auto *user : users_) user->on_attached(node_, now);
    return {};
}

Outcome Reconciler::detached(std::int32_t status, std::string_view text, Time now) {
    if (!attached_ && detach_told_ && status == detached_status_ && text == detached_text_) return {};
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
    detach_told_ = true;
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
    free_ops_.clear();
    ops_.clear();
    op_slots_.clear();
    connecting_ = disconnecting_ = 0;
    epoch_ = 0;
}

Outcome Reconciler::links(std::uint64_t epoch, std::span<const LinkView> links, Time now) {
    if (!attached_ || epoch != epoch_) return {KITH_STALE, "the attachment that these links belong to is over"};
    const bool first = !std::exchange(links_known_, true);
    links_due_ = never;
    ++mark_;
    for (const auto &link : links) {
        const NameId name = names_.acquire(link.name);
        peer(name).mark = mark_;
        if (!peer(name).up) set_link(name, true, first ? "it was there at attachment" : "", now, !first, link.attributes);
        names_.release(name);
    }
    for (NameId name = 0; name < peers_.size(); ++name) {
        if (peers_[name].up && peers_[name].mark != mark_)
            set_link(name, false, first ? "not there any more at attachment" : "it is not among the links", now, !first);
        if (first && peers_[name].classes.claimed()) touch(name);
    }
    if (first) {
        for (auto *user : users_) user->on_links_known(now);
    }
    return {};
}

Outcome Reconciler::link_up(std::uint64_t epoch, const LinkView &link, Time now) {
    if (!attached_ || epoch != epoch_) return {KITH_STALE, "the attachment that this link belongs to is over"};
    if (link.name.empty()) return {KITH_INVALID, "the link has no name"};
    const NameId name = names_.acquire(link.name);
    if (!peer(name).up) set_link(name, true, {}, now, true, link.attributes);
    names_.release(name);
    return {};
}

Outcome Reconciler::link_down(std::uint64_t epoch, std::string_view text, std::string_view reason, Time now) {
    if (!attached_ || epoch != epoch_) return {KITH_STALE, "the attachment that this link belongs to is over"};
    const NameId name = names_.find(text);
    if (name != no_name && name < peers_.size() && peers_[name].up) set_link(name, false, reason, now, true);
    return {};
}

Outcome Reconciler::done(std::uint64_t id, std::int32_t status, std::string_view text, Time now) {
    const auto found = op_slots_.find(id);
    if (found == op_slots_.end()) return {KITH_STALE, "no such operation is outstanding"};
    const Op op = ops_[found->second];
    end_op(found->second);
    if (op.forgotten) return {};
    if (status == KITH_CANCELLED && op.giving == Giving::timed_out) {
        ended(op.name, op.work, KITH_TIMED_OUT, "no answer within " + duration_text(now - op.began), op.began, now);
    } else if (status == KITH_CANCELLED && op.giving == Giving::gave_way) {
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

// What is under way is cancelled by the next advance; its end only frees the slot.
void Reconciler::forget_operations() {
    for (std::uint32_t slot = 0; slot < ops_.size(); ++slot) {
        Op &op = ops_[slot];
        if (op.id == 0 || op.forgotten) continue;
        op.forgotten = true;
        op.deadline = 0;
        op_deadlines_.add(0, slot);
        peers_[op.name].work = Work::none;
        peers_[op.name].op = none;
        if (!busy(op.name)) {
            for (auto *user : users_) user->on_quiet(op.name);
        }
        mind(op.name);
    }
}

// Everything that belongs to an attachment, apart from what the links last were.
void Reconciler::forget_attachment() {
    attached_ = false;
    links_known_ = false;
    links_due_ = never;
    fresh_.clear();
    retry_.clear();
    part_.clear();
    forget_operations();
    for (NameId name = 0; name < peers_.size(); ++name) {
        Peer &known = peers_[name];
        if (!known.referenced) continue;
        const bool was_busy = busy(name);
        known.queue = Queue::none;
        known.settling = Work::none;
        known.settle_by = known.wake_at = never;
        if (was_busy && !busy(name)) {
            for (auto *user : users_) user->on_quiet(name);
        }
        mind(name);
    }
}

void Reconciler::set_link(NameId name, bool up, std::string_view reason, Time now, bool observed,
                          std::span<const AttributeView> attributes) {
    names_.retain(name); // it is told below even when nothing else remembers it
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
        known.tried = false;
        known.yields = 0;
        if (!observed || lasted >= stable_link || !known.classes.dial()) {
            known.failures = 0;
            known.text.clear();
        } else {
            ++known.failures;
            known.status = KITH_RESET;
            known.text = "the link held only " + duration_text(lasted);
            known.retry_at = later(now, backoff(name));
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

// ---- the difference ----

Reconciler::Peer &Reconciler::peer(NameId name) {
    if (name >= peers_.size()) peers_.resize(name + 1);
    return peers_[name];
}

// A name is kept as long as something is known of it here, and forgotten with all that was known when nothing is.
void Reconciler::mind(NameId name) {
    Peer &known = peer(name);
    const bool needed = known.classes.claimed() || known.up || known.work != Work::none || known.settling != Work::none;
    if (needed == known.referenced) return;
    if (needed) {
        known.referenced = true;
        names_.retain(name);
    } else {
        const bool dirty = known.dirty;
        known = Peer{};
        known.dirty = dirty;
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
    Peer &known = peers_[name];
    known.queue = Queue::none;
    if (!links_known_ || stopping_ || known.work != Work::none || known.settling != Work::none) return;
    const bool dial = !known.up && known.classes.dial();
    const bool part = known.up && known.classes.part();
    if (!dial && !part) return;
    if (known.retry_at > now) {
        wake(name, known.retry_at);
    } else {
        enqueue(name, part ? Queue::part : known.tried ? Queue::retry : Queue::fresh);
    }
}

void Reconciler::enqueue(NameId name, Queue queue) {
    const auto put = [&](auto &entries, Queue which) {
        if (entries.size() > 2 * peers_.size() + 64) {
            // Mostly leftovers. Each peer that counts is kept once.
            ++mark_;
            std::erase_if(entries, [&](NameId other) {
                return peers_[other].queue != which || std::exchange(peers_[other].mark, mark_) == mark_;
            });
        }
        entries.push_back(name);
    };
    peers_[name].queue = queue;
    if (queue == Queue::fresh) put(fresh_, queue);
    if (queue == Queue::retry) put(retry_, queue);
    if (queue == Queue::part) put(part_, queue);
}

// New peers before retries. New ones in no order, so that nodes that start together do not all dial the same peer at the same
// time, and mute peers that are listed side by side do not fill all slots.
NameId Reconciler::next_connect() {
    while (!fresh_.empty()) {
        std::swap(fresh_[random_.below(fresh_.size())], fresh_.back());
        const NameId name = fresh_.back();
        fresh_.pop_back();
        if (peers_[name].queue == Queue::fresh) return name;
    }
    while (!retry_.empty()) {
        const NameId name = retry_.front();
        retry_.pop_front();
        if (peers_[name].queue == Queue::retry) return name;
    }
    return no_name;
}

void Reconciler::wake(NameId name, Time at) {
    Peer &known = peers_[name];
    if (known.wake_at <= at) return; // it is looked at before that anyway
    known.wake_at = at;
    deadlines_.add(at, name);
}

// ---- operations ----

void Reconciler::begin(NameId name, Work work, Time now) {
    peers_[name].queue = Queue::none;
    PeerView view;
    const ReconcilerUser *user = owner(name, work);
    if (user == nullptr || !user->describe(name, view)) view = {names_.text(name), names_.text(name), {}, 0};
    if (work == Work::connect) {
        peers_[name].tried = true;
        publish(KITH_EVENT_CONNECT_STARTED, name, KITH_OK, {}, now);
    }
    // The connector may answer this with inputs of its own before it returns.
    const Begun begun = work == Work::connect ? joiner_.connect(view) : joiner_.disconnect(view);
    if (begun.status != KITH_OK) {
        fail(name, work, begun.status, begun.text, 0, now);
        return;
    }
    std::uint32_t slot;
    if (free_ops_.empty()) {
        slot = static_cast<std::uint32_t>(ops_.size());
        ops_.emplace_back();
    } else {
        slot = free_ops_.back();
        free_ops_.pop_back();
    }
    Op &op = ops_[slot];
    op.id = begun.op;
    op.name = name;
    op.work = work;
    op.began = now;
    op.deadline = later(now, limits_of(name).timeout);
    op_deadlines_.add(op.deadline, slot);
    op_slots_.emplace(op.id, slot);
    ++(work == Work::connect ? connecting_ : disconnecting_);
    peers_[name].work = work;
    peers_[name].op = slot;
    mind(name);
}

void Reconciler::end_op(std::uint32_t slot) {
    Op &op = ops_[slot];
    --(op.work == Work::connect ? connecting_ : disconnecting_);
    op_slots_.erase(op.id);
    if (!op.forgotten) {
        peers_[op.name].work = Work::none;
        peers_[op.name].op = none;
    }
    op = Op{};
    free_ops_.push_back(slot);
}

void Reconciler::ended(NameId name, Work work, std::int32_t status, std::string_view text, Time began, Time now) {
    Peer &known = peers_[name];
    const bool as_wished = known.up == (work == Work::connect);
    if (status != KITH_OK && !as_wished) {
        fail(name, work, status, text, now - began, now);
        return;
    }
    if (work == Work::connect) typical_ = typical_ == 0 ? now - began : (typical_ * 7 + (now - began)) / 8;
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
    known.text = text;
    known.retry_at = later(now, backoff(name));
    publish(work == Work::connect ? KITH_EVENT_CONNECT_FAILED : KITH_EVENT_DISCONNECT_FAILED, name, status, text, now,
            duration);
    if (!busy(name)) {
        for (auto *user : users_) user->on_quiet(name);
    }
    touch(name);
    mind(name);
}

Time Reconciler::backoff(NameId name) {
    const JoinLimits &limits = limits_of(name);
    const std::uint32_t doublings = std::min<std::uint32_t>(peers_[name].failures - 1, 62);
    Time delay = limits.backoff_max;
    if (limits.backoff_initial <= (limits.backoff_max >> doublings)) delay = limits.backoff_initial << doublings;
    return static_cast<Time>(static_cast<double>(delay) * (1.0 - limits.jitter + 2.0 * limits.jitter * random_.unit()));
}

// How long an attempt may hold its slot while new peers wait for one: some times what a connect usually takes here, and longer
// for a peer that gave way before.
Time Reconciler::patience(const Peer &known, const JoinLimits &limits) const {
    const Time usual = typical_ == 0 ? limits.timeout / 4 : std::max(4 * typical_, least_patience);
    const std::uint32_t shift = 2 * std::min<std::uint32_t>(known.yields, 16);
    return usual >= (limits.timeout >> shift) ? limits.timeout : usual << shift;
}

void Reconciler::give_way(Time now) {
    yield_at_ = never;
    if (connecting_ < parallel_) return;
    const auto waiting = static_cast<std::size_t>(
        std::count_if(fresh_.begin(), fresh_.end(), [this](NameId name) { return peers_[name].queue == Queue::fresh; }));
    std::size_t giving = 0;
    for (const auto &op : ops_)
        giving += op.id != 0 && op.work == Work::connect && (op.forgotten || op.giving != Giving::not_up);
    for (auto &op : ops_) {
        if (giving >= waiting) return;
        if (op.id == 0 || op.work != Work::connect || op.forgotten || op.giving != Giving::not_up) continue;
        Peer &known = peers_[op.name];
        const Time until = later(op.began, patience(known, limits_of(op.name)));
        if (until > now) {
            yield_at_ = std::min(yield_at_, until);
            continue;
        }
        ++giving;
        ++known.yields;
        op.giving = Giving::gave_way;
        op.waiting = "no answer within " + duration_text(now - op.began) + "; gave way to peers that were not tried yet";
        op.deadline = later(now, cancel_grace);
        op_deadlines_.add(op.deadline, static_cast<std::uint32_t>(&op - ops_.data()));
        joiner_.cancel(op.id);
    }
}

// ---- time ----

Time Reconciler::next_deadline() const {
    const Time ops = op_deadlines_.next();
    if (stopping_) return ops;
    if (!dirty_.empty()) return 0;
    if (!links_known_) return std::min(ops, links_due_);
    if (connecting_ < parallel_ && !(fresh_.empty() && retry_.empty())) return 0;
    if (disconnecting_ < parallel_ && !part_.empty()) return 0;
    return std::min({ops, deadlines_.next(), yield_at_});
}

void Reconciler::op_due(std::uint32_t slot, Time now) {
    Op &op = ops_[slot];
    if (op.giving == Giving::not_up) {
        op.giving = Giving::timed_out;
        op.deadline = later(now, cancel_grace);
        op_deadlines_.add(op.deadline, slot);
        joiner_.cancel(op.id);
        return;
    }
    const Op over = op;
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
             work == Work::connect ? "the connector says it is joined, but no link came up within 5 s"
                                   : "the connector says it is parted, but its link is still up after 5 s",
             link_grace, now);
    }
    touch(name);
}

void Reconciler::advance(Time now) {
    Deadlines::Entry due;
    while (op_deadlines_.take(now, due)) {
        if (due.second < ops_.size() && ops_[due.second].id != 0 && ops_[due.second].deadline == due.first)
            op_due(due.second, now);
    }
    if (links_due_ <= now) {
        links_due_ = later(now, links_again);
        joiner_.refresh();
    }
    if (links_known_) {
        while (deadlines_.take(now, due)) {
            if (due.second < peers_.size() && peers_[due.second].wake_at == due.first) peer_due(due.second, now);
        }
    }
    // Beginning may fail at once and touch again.
    for (bool more = true; more;) {
        more = false;
        for (std::size_t i = 0; i < dirty_.size(); ++i) {
            peers_[dirty_[i]].dirty = false;
            consider(dirty_[i], now);
        }
        dirty_.clear();
        while (connecting_ < parallel_) {
            const NameId name = next_connect();
            if (name == no_name) break;
            begin(name, Work::connect, now);
            more = true;
        }
        while (disconnecting_ < parallel_ && !part_.empty()) {
            const NameId name = part_.front();
            part_.pop_front();
            if (peers_[name].queue != Queue::part) continue;
            begin(name, Work::disconnect, now);
            more = true;
        }
    }
    give_way(now);
    if (deadlines_.size() > 2 * peers_.size() + 64) {
        deadlines_.prune([this](const Deadlines::Entry &entry) { return peers_[entry.second].wake_at == entry.first; });
    }
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
    for (const auto *user : users_) parallel = std::min(parallel, user->join_limits().parallel);
    if (own_parallel_ != 0) parallel = std::min(parallel, own_parallel_);
    parallel_ = std::max<std::uint32_t>(parallel, 1);
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

const JoinLimits &Reconciler::limits_of(NameId name) const {
    static const JoinLimits standard;
    const ReconcilerUser *user = owner(name, peers_[name].up ? Work::disconnect : Work::connect);
    return user == nullptr ? standard : user->join_limits();
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

// ---- what it knows ----

bool Reconciler::linked(NameId name) const { return attached_ && links_known_ && name < peers_.size() && peers_[name].up; }

bool Reconciler::busy(NameId name) const {
    return name < peers_.size() && (peers_[name].up || peers_[name].work != Work::none || peers_[name].settling != Work::none);
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
               (detached_text_.empty() ? std::string{} : ": " + detached_text_) + "; nothing is dialled";
    }
    if (!links_known_) return "connector " + connector_ + " has not said yet which links there are";
    const NameId name = names_.find(text);
    if (name == no_name || name >= peers_.size()) return {};
    const Peer &known = peers_[name];
    if (known.up) return "linked since " + duration_text(now - known.since);
    if (known.work != Work::none) {
        return std::string{known.work == Work::connect ? "connecting" : "disconnecting"} + " since " +
               duration_text(now - ops_[known.op].began);
    }
    if (known.settling == Work::connect) return "joined; its link is awaited";
    if (!known.classes.dial()) return "not linked";
    if (known.failures != 0) {
        std::string answer =
            "attempt " + std::to_string(known.failures) + " failed (" + std::string{status_slug(known.status)} + ")";
        if (!known.text.empty()) answer += ": " + known.text;
        return answer + (known.retry_at > now ? "; the next is in " + duration_text(known.retry_at - now)
                                              : "; the next waits for a slot");
    }
    return "waits for one of " + std::to_string(parallel_) + " slots to be dialled";
}

} // namespace kith::core
