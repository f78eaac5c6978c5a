// SPDX-License-Identifier: MIT
#include <core/cluster/base/duration_text.hpp>
#include <core/cluster/topology/topology.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::core {

namespace {

JoinLimits limits_from(const Policy &policy) {
    return {policy.connect_parallel, ns(policy.connect_timeout), ns(policy.backoff_initial), ns(policy.backoff_max),
            policy.backoff_jitter};
}

} // namespace

LiveTopology::LiveTopology(std::string name, Policy policy, Reconciler &reconciler, Bus &bus)
    : name_(std::move(name)),
      reconciler_(reconciler),
      bus_(bus),
      limits_(limits_from(policy)),
      membership_(std::move(policy), reconciler.names(), reconciler) {
    reconciler_.add_user(*this);
    membership_.set_self(reconciler_.node());
}

LiveTopology::~LiveTopology() {
    changes_.clear();
    membership_.give_up(changes_);
    for (const auto &change : changes_) reconciler_.move(change.name, change.from, change.to);
    reconciler_.remove_user(*this);
}

SourceId LiveTopology::add_source(std::string name) {
    tellings_.emplace_back().name = std::move(name);
    return membership_.add_source();
}

void LiveTopology::start(Time now) {
    started_ = true;
    unready_since_ = now;
    bus_.publish(event(KITH_EVENT_TOPOLOGY_STARTED), now);
    update_ready(now);
}

void LiveTopology::stop(std::string_view reason, Time now) {
    if (std::exchange(stopped_, true)) return;
    ready_ = false;
    changes_.clear();
    membership_.give_up(changes_);
    for (const auto &change : changes_) reconciler_.move(change.name, change.from, change.to);
    if (!started_) return;
    Event told = event(KITH_EVENT_TOPOLOGY_STOPPED);
    told.reason = reason;
    bus_.publish(told, now);
}

// ---- what the strategies say ----

Outcome LiveTopology::usable(SourceId source) const {
    if (stopped_) return {KITH_CANCELLED, "the topology is stopped"};
    if (index_of(source) >= tellings_.size()) return {KITH_INTERNAL, "the topology has no such source"};
    return {};
}

Outcome LiveTopology::replace(SourceId source, std::span<const PeerView> peers, Time now) {
    if (Outcome refused = usable(source); !refused) return refused;
    ObservationTally tally;
    return judged(source, membership_.replace(source, peers, now, tally), tally, true, now);
}

Outcome LiveTopology::update(SourceId source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                             std::span<const std::string_view> left, Time now) {
    if (Outcome refused = usable(source); !refused) return refused;
    ObservationTally tally;
    return judged(source, membership_.update(source, upserted, missing, left, now, tally), tally, false, now);
}

Outcome LiveTopology::judged(SourceId source, Outcome outcome, ObservationTally &tally, bool whole, Time now) {
    if (outcome) {
        observed(source, tally, whole, now);
    } else {
        count_failure(source, outcome.status, outcome.text, now);
    }
    return outcome;
}

Outcome LiveTopology::watching(SourceId source, bool in_sync, Time now) {
    if (Outcome refused = usable(source); !refused) return refused;
    membership_.watching(source, in_sync, now);
    if (in_sync) {
        ObservationTally tally;
        tally.peers = membership_.records().present(source);
        observed(source, tally, false, now);
    } else {
        settle(now);
    }
    return {};
}

Outcome LiveTopology::heard(SourceId source, Time now) {
    if (Outcome refused = usable(source); !refused) return refused;
    membership_.heard(source, now);
    if (tellings_[index_of(source)].failures != 0) {
        ObservationTally tally;
        tally.peers = membership_.records().present(source);
        observed(source, tally, false, now);
    } else {
        settle(now);
    }
    return {};
}

Outcome LiveTopology::failed(SourceId source, std::int32_t status, std::string_view text, Time now) {
    if (Outcome refused = usable(source); !refused) return refused;
    count_failure(source, status < 0 ? status : KITH_INTERNAL, text, now);
    return {};
}

Outcome LiveTopology::left_out(SourceId source, std::uint32_t items, std::string_view reason, Time) {
    if (Outcome refused = usable(source); !refused) return refused;
    Telling &telling = tellings_[index_of(source)];
    telling.left_out += items;
    if (telling.left_out_reason.empty()) telling.left_out_reason = reason;
    return {};
}

// An event for the first observation, for each that changed the set or what is left out of it, and for the first after a
// failure; the others say nothing new. Changes that come one by one (update) have their own events.
void LiveTopology::observed(SourceId source, ObservationTally &tally, bool whole, Time now) {
    Telling &telling = tellings_[index_of(source)];
    const std::uint64_t left_out = telling.left_out + tally.unnamed;
    if (telling.left_out_reason.empty()) telling.left_out_reason = std::move(tally.unnamed_reason);
    const bool recovered = telling.failures != 0;
    const bool changed = (whole && tally.any()) || (left_out != telling.left_out_told && (whole || left_out != 0));
    if (!telling.ok_told || recovered || changed) {
        ++revision_;
        Event told = event(KITH_EVENT_OBSERVATION_OK);
        told.source = telling.name;
        told.reason = telling.left_out_reason;
        std::array<EventCount, 7> counts;
        std::size_t count = 0;
        counts[count++] = {"peers", tally.peers};
        const auto put = [&](std::string_view name, std::uint64_t value) {
            if (value != 0) counts[count++] = {name, value};
        };
        put("new", tally.discovered);
        put("changed", tally.updated);
        put("missing", tally.missing);
        put("left", tally.left);
        put("left_out", left_out);
        put("failures", telling.failures);
        told.counts = {counts.data(), count};
        if (recovered) {
            told.duration = now - telling.failing_since;
            told.has_duration = true;
        }
        bus_.publish(told, now);
    }
    telling.ok_told = true;
    telling.failures = 0;
    telling.status = KITH_OK;
    telling.text.clear();
    telling.left_out_told = left_out;
    telling.left_out = 0;
    telling.left_out_reason.clear();
    settle(now);
}

// Told when it begins and when its reason changes; how often it failed is told by the observation that succeeds.
void LiveTopology::count_failure(SourceId source, std::int32_t status, std::string_view text, Time now) {
    Telling &telling = tellings_[index_of(source)];
    const bool repeated = telling.failures != 0 && telling.status == status && telling.text == text;
    if (telling.failures++ == 0) telling.failing_since = now;
    telling.left_out = 0;
    telling.left_out_reason.clear();
    membership_.failed(source, now);
    if (!repeated) {
        telling.status = status;
        telling.text = text;
        Event told = event(KITH_EVENT_OBSERVATION_FAILED);
        told.source = telling.name;
        told.status = status;
        told.reason = text;
        const EventCount failures{"failures", telling.failures};
        told.counts = {&failures, 1};
        bus_.publish(told, now);
    }
    settle(now);
}

// ---- what was known before a restart ----

void LiveTopology::remember(SourceId source, std::span<const PeerView> peers, Time age, Time now) {
    if (!usable(source) || membership_.source(source).looked()) return;
    tellings_[index_of(source)].remembered_age = age;
    tellings_[index_of(source)].remembered_at = now;
    membership_.remember(source, peers);
    settle(now);
}

std::optional<Time> LiveTopology::known_age(SourceId source, Time now) const {
    const Telling &telling = tellings_[index_of(source)];
    if (membership_.source(source).looked()) return now - membership_.source(source).fresh_at(now);
    if (telling.remembered_at == never) return std::nullopt;
    return later(telling.remembered_age, now - telling.remembered_at);
}

void LiveTopology::set_policy(Policy policy, Time now) {
    limits_ = limits_from(policy);
    membership_.set_policy(std::move(policy), now);
    reconciler_.limits_changed();
    settle(now);
}

// ---- what the reconciler says ----

bool LiveTopology::describe(NameId name, PeerView &peer) const {
    return membership_.queries().describe(name, peer, attributes_);
}

void LiveTopology::on_attached(std::string_view node, Time now) {
    membership_.set_self(node);
    settle(now);
}

void LiveTopology::on_detached(Time now) {
    if (std::exchange(ready_, false)) unready_since_ = now;
    short_readiness_ = 0;
    ready_due_ = never;
}

void LiveTopology::on_links_known(Time now) { update_ready(now); }

void LiveTopology::on_link(NameId name, bool up, Time now) {
    if (!membership_.queries().member(name)) return;
    up ? ++linked_ : --linked_;
    update_ready(now);
}

void LiveTopology::on_quiet(NameId name) { membership_.quiet(name); }

// ---- time ----

Time LiveTopology::next_deadline() const { return stopped_ ? never : std::min(membership_.next_deadline(), ready_due_); }

void LiveTopology::advance(Time now) {
    if (stopped_) return;
    membership_.advance(now);
    settle(now);
}

// ---- telling ----

Event LiveTopology::event(std::uint32_t kind) const {
    Event event;
    event.kind = kind;
    event.topology = name_;
    return event;
}

void LiveTopology::settle(Time now) {
    if (stopped_) return;
    update_stale(now);
    changes_.clear();
    membership_.settle(now, changes_);
    for (const auto &change : changes_) {
        if (reconciler_.last_up(change.name)) {
            if (change.kind == ChangeKind::discovered) ++linked_;
            if (change.kind == ChangeKind::lost) --linked_;
        }
        if (change.kind != ChangeKind::reclassed) ++revision_;
        tell(change, now);
        reconciler_.move(change.name, change.from, change.to);
    }
    membership_.sweep();
    update_ready(now);
}

void LiveTopology::update_stale(Time now) {
    std::uint32_t first_stale = 0;
    const auto fresh = [this](SourceId source) {
        return !membership_.source(source).stale() && membership_.records().remembered(source) == 0;
    };
    while (first_stale < tellings_.size() && fresh(SourceId{first_stale})) ++first_stale;
    const bool stale = first_stale < tellings_.size();
    const SourceId which{first_stale};
    if (stale == stale_) return;
    stale_ = stale;
    Event told = event(stale ? KITH_EVENT_TOPOLOGY_STALE : KITH_EVENT_TOPOLOGY_FRESH);
    std::string text;
    if (stale) {
        stale_since_ = now;
        told.source = tellings_[index_of(which)].name;
        told.status = tellings_[index_of(which)].status;
        if (tellings_[index_of(which)].failures != 0) {
            text = why_stale(which);
        } else if (!membership_.source(which).stale()) {
            told.status = KITH_OK;
            text = tellings_[index_of(which)].name +
                   " has not looked yet; its peers are remembered from before kith started, " + remembered_since(which, now);
        } else {
            told.status = KITH_TIMED_OUT;
            text = why_stale(which);
        }
        told.reason = text;
    } else {
        told.duration = now - stale_since_;
        told.has_duration = true;
    }
    bus_.publish(told, now);
}

void LiveTopology::update_ready(Time now) {
    bool ready = started_ && !stopped_ && reconciler_.attached() && reconciler_.links_known() &&
                 linked_ >= membership_.policy().min_peers;
    for (std::uint32_t i = 0; ready && i < tellings_.size(); ++i) ready = membership_.source(SourceId{i}).looked();
    if (!ready) ready_due_ = never;
    if (ready == ready_) return;
    if (!ready) {
        ready_ = false;
        unready_since_ = now;
        short_readiness_ = now - ready_since_ < settled_link ? short_readiness_ + 1 : 0;
        return;
    }
    if (ready_due_ == never) {
        ready_since_ = now;
        ready_due_ = short_readiness_ >= 2 ? later(now, settled_link) : now;
    }
    if (now < ready_due_) return;
    ready_due_ = never;
    ready_ = true;
    Event told = event(KITH_EVENT_TOPOLOGY_READY);
    told.connector = reconciler_.connector();
    told.node = reconciler_.node();
    const std::array<EventCount, 2> counts{{{"peers", membership_.size()}, {"linked", linked_}}};
    told.counts = counts;
    told.duration = now - unready_since_;
    told.has_duration = true;
    bus_.publish(told, now);
}

// ---- knowledge ----

PeerClass LiveTopology::class_of(std::string_view name) const {
    const NameId id = reconciler_.names().find(name);
    return id == no_name ? PeerClass::none : membership_.queries().class_of(id);
}

std::vector<LiveTopology::PeerStatus> LiveTopology::peers() const {
    std::vector<PeerStatus> all;
    for (const NameId name : membership_.queries().members())
        all.push_back({reconciler_.names().text(name), membership_.queries().class_of(name), reconciler_.linked(name)});
    return all;
}

std::vector<LiveTopology::SourceStatus> LiveTopology::sources() const {
    std::vector<SourceStatus> all;
    for (std::uint32_t i = 0; i < tellings_.size(); ++i) {
        const SourceId source{i};
        const Telling &telling = tellings_[index_of(source)];
        all.push_back({telling.name, membership_.source(source).looked(), membership_.source(source).stale(),
                       membership_.records().present(source), telling.failures, telling.text});
    }
    return all;
}

} // namespace kith::core
