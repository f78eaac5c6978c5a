// SPDX-License-Identifier: MIT
#include <core/cluster/base/format_duration.hpp>
#include <core/cluster/topology/membership_explanation.hpp>
#include <core/cluster/topology/topology.hpp>

#include <utility>

namespace kith::core {

namespace {

ConnectLimits limits_from(const Policy &policy) {
    return {policy.connect_parallel, ns(policy.connect_timeout), ns(policy.backoff_initial),
            ns(policy.backoff_max),  policy.backoff_jitter,      policy.bridge ? ns(policy.grace) : never};
}

} // namespace

LiveTopology::LiveTopology(std::string name, Policy policy, Reconciler &reconciler, EventBus &bus)
    : name_(std::move(name)),
      reconciler_(reconciler),
      bus_(bus),
      limits_(limits_from(policy)),
      membership_(std::move(policy), reconciler.names(), reconciler),
      sources_(name_, bus),
      reasons_(membership_, sources_),
      peer_events_(name_, membership_, sources_, reconciler.names(), reasons_, bus),
      health_(name_, bus),
      overrides_(reconciler.names()) {
    reconciler_.add_user(*this);
    membership_.set_self(reconciler_.node());
}

LiveTopology::~LiveTopology() {
    give_up();
    reconciler_.remove_user(*this);
}

SourceId LiveTopology::add_source(std::string name) {
    sources_.add(std::move(name));
    return membership_.add_source();
}

void LiveTopology::start(Time now) {
    started_ = true;
    health_.started(now);
    Event started;
    started.kind = KITH_EVENT_TOPOLOGY_STARTED;
    started.topology = name_;
    bus_.publish(started, now);
    update_begun(now);
    update_ready(now);
}

void LiveTopology::stop(std::string_view reason, Time now) {
    if (std::exchange(stopped_, true)) return;
    health_.stopped();
    give_up();
    if (!started_) return;
    Event stopped;
    stopped.kind = KITH_EVENT_TOPOLOGY_STOPPED;
    stopped.topology = name_;
    stopped.reason = reason;
    bus_.publish(stopped, now);
}

void LiveTopology::give_up() {
    changes_.clear();
    membership_.give_up(changes_);
    for (const auto &change : changes_) reconciler_.move(change.name, overrides_.apply(change.name, change.from), change.to);
}

// ---- reports of the strategies ----

Status LiveTopology::usable(SourceId source) const {
    if (stopped_) return {KITH_CANCELLED, "the topology is stopped"};
    if (!sources_.knows(source)) return {KITH_INTERNAL, "the topology has no such source"};
    return {};
}

Status LiveTopology::replace(SourceId source, std::span<const PeerView> peers, Time now) {
    if (Status refused = usable(source); !refused) return refused;
    ObservationTally tally;
    Status status = membership_.replace(source, peers, now, tally);
    conclude(source, status, tally, true, now);
    return status;
}

Status LiveTopology::update(SourceId source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                            std::span<const std::string_view> left, Time now) {
    if (Status refused = usable(source); !refused) return refused;
    ObservationTally tally;
    Status status = membership_.update(source, upserted, missing, left, now, tally);
    conclude(source, status, tally, false, now);
    return status;
}

Status LiveTopology::watching(SourceId source, bool in_sync, Time now) {
    if (Status refused = usable(source); !refused) return refused;
    membership_.watching(source, in_sync, now);
    in_sync ? confirm(source, now) : settle(now);
    return {};
}

Status LiveTopology::heard(SourceId source, Time now) {
    if (Status refused = usable(source); !refused) return refused;
    membership_.heard(source, now);
    sources_[source].failures != 0 ? confirm(source, now) : settle(now);
    return {};
}

Status LiveTopology::failed(SourceId source, std::int32_t status, std::string_view text, Time now) {
    if (Status refused = usable(source); !refused) return refused;
    count_failure(source, status < 0 ? status : KITH_INTERNAL, text, now);
    return {};
}

Status LiveTopology::left_out(SourceId source, std::uint32_t items, std::string_view reason, Time) {
    if (Status refused = usable(source); !refused) return refused;
    sources_.left_out(source, items, reason);
    return {};
}

Status LiveTopology::restarted(SourceId source, std::string_view text, Time now) {
    if (Status refused = usable(source); !refused) return refused;
    membership_.restarted(source, now);
    count_failure(source, KITH_CANCELLED, text, now);
    return {};
}

Status LiveTopology::succeeded(SourceId source, Time now) {
    if (Status refused = usable(source); !refused) return refused;
    membership_.restarted(source, now);
    return {};
}

// Of an observation: it is published, or counted as a failure if it was refused.
void LiveTopology::conclude(SourceId source, const Status &status, ObservationTally &tally, bool whole, Time now) {
    if (!status) return count_failure(source, status.status, status.text, now);
    if (sources_.observed(source, tally, whole, now)) ++revision_;
    settle(now);
}

// The source can look, and has what it had.
void LiveTopology::confirm(SourceId source, Time now) {
    ObservationTally tally;
    tally.peers = membership_.records().present(source);
    conclude(source, {}, tally, false, now);
}

void LiveTopology::count_failure(SourceId source, std::int32_t status, std::string_view text, Time now) {
    membership_.failed(source, now);
    sources_.failed(source, status, text, now);
    settle(now);
}

void LiveTopology::remember(SourceId source, std::span<const PeerView> peers, Time age, Time now) {
    if (!usable(source) || membership_.source(source).looked()) return;
    sources_.remembered(source, age, now);
    membership_.remember(source, peers);
    settle(now);
}

void LiveTopology::set_policy(Policy policy, Time now) {
    limits_ = limits_from(policy);
    membership_.set_policy(std::move(policy), now);
    reconciler_.limits_changed();
    settle(now);
}

// ---- when to connect ----

// Called by the reconciler, which has no peer of the topology connected before update_begun.
std::string LiveTopology::reason_to_wait(std::size_t connecting) const {
    if (!begun_) return not_begun_.empty() ? "the topology has not started" : not_begun_;
    const std::size_t enough = membership_.policy().links;
    if (enough == 0 || linked_ + connecting < enough) return {};
    return "enough links are up or under way (policy.links is " + std::to_string(enough) + ")";
}

std::string LiveTopology::reason_not_to_begin(Time now) const {
    const Policy &policy = membership_.policy();
    for (std::uint32_t i = 0; i < sources_.size() && policy.first_looks > 1; ++i) {
        const SourceLiveness &source = membership_.source(SourceId{i});
        if (source.in_sync() || source.observations(now) >= policy.first_looks) continue;
        return std::string(sources_[SourceId{i}].name) + " has not looked " + std::to_string(policy.first_looks) +
               " times yet (policy.first_looks)";
    }
    const std::size_t found = membership_.size() + 1;
    if (found >= policy.expected_nodes) return {};
    return std::to_string(found) + " of " + std::to_string(policy.expected_nodes) +
           " nodes are found, the local one included (policy.expected_nodes)";
}

void LiveTopology::update_begun(Time now) {
    if (begun_ || !started_) return;
    not_begun_ = reason_not_to_begin(now);
    begun_ = not_begun_.empty();
    begin_at_ = never;
    if (begun_) return reconciler_.look_for_room();
    const std::uint32_t looks = membership_.policy().first_looks;
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
        const SourceLiveness &source = membership_.source(SourceId{i});
        if (source.observations(now) < looks) begin_at_ = std::min(begin_at_, source.counted_at(looks));
    }
}

// ---- reports of the reconciler ----

bool LiveTopology::describe(NameId name, PeerView &peer) const {
    return membership_.queries().describe(name, peer, attributes_);
}

void LiveTopology::on_attached(std::string_view node, Time now) {
    membership_.set_self(node);
    settle(now);
}

void LiveTopology::on_detached(Time now) {
    if (!overrides_.paused()) health_.detached(now);
}

void LiveTopology::on_links_known(Time now) { update_ready(now); }

void LiveTopology::on_link(NameId name, bool up, Time now) {
    if (!membership_.queries().member(name)) return;
    up ? ++linked_ : --linked_;
    update_ready(now);
}

void LiveTopology::on_quiet(NameId name) { membership_.quiet(name); }

// ---- time ----

Time LiveTopology::next_deadline() const {
    if (stopped_) return never;
    return std::min({membership_.next_deadline(), health_.next_deadline(), overrides_.next_deadline(), begin_at_});
}

void LiveTopology::advance(Time now) {
    if (stopped_) return;
    if (overrides_.next_deadline() <= now) expire_overrides(now);
    membership_.advance(now);
    settle(now);
}

// ---- what follows from it ----

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
        peer_events_.publish(change, now);
        reconciler_.move(change.name, overrides_.apply(change.name, change.from), overrides_.apply(change.name, change.to));
    }
    constexpr std::size_t usual = 1024; // a first list of thousands is rarely followed by another
    if (changes_.size() > usual) std::vector<MembershipChange>().swap(changes_);
    membership_.sweep();
    update_begun(now);
    update_ready(now);
}

void LiveTopology::update_stale(Time now) {
    const auto fresh = [this](SourceId source) {
        return !membership_.source(source).stale() && membership_.records().remembered(source) == 0;
    };
    std::uint32_t first = 0;
    while (first < sources_.size() && fresh(SourceId{first})) ++first;
    if (first == sources_.size()) return health_.became_fresh(now);
    if (health_.stale()) return;
    const SourceId source{first};
    const SourceReport &report = sources_[source];
    if (report.failures != 0) {
        health_.became_stale(report.name, report.status, reasons_.stale(source), now);
    } else if (membership_.source(source).stale()) {
        health_.became_stale(report.name, KITH_TIMED_OUT, reasons_.stale(source), now);
    } else {
        const std::string reason = report.name + " has not reported yet; its peers are remembered from before kith started, " +
                                   reasons_.last_known(source, now);
        health_.became_stale(report.name, KITH_OK, reason, now);
    }
}

void LiveTopology::update_ready(Time now) {
    if (overrides_.paused() && health_.ready()) return; // a pause does not end readiness
    bool ready = started_ && !stopped_ && begun_ && reconciler_.attached() && reconciler_.links_known() &&
                 linked_ >= membership_.policy().min_peers;
    for (std::uint32_t i = 0; ready && i < sources_.size(); ++i) ready = membership_.source(SourceId{i}).looked();
    if (!ready) return health_.became_unready(now);
    health_.became_ready(reconciler_.connector(), reconciler_.node(), membership_.size(), linked_, now);
}

// ---- what it knows ----

PeerClass LiveTopology::class_of(std::string_view name) const {
    const NameId id = reconciler_.names().find(name);
    return id == no_name ? PeerClass::none : class_of(id);
}

std::string LiveTopology::why(std::string_view name, Time now) const {
    const NameId id = reconciler_.names().find(name);
    const NameStanding standing = id == no_name ? NameStanding{} : membership_.queries().standing(id, now);
    if (!standing.known) {
        const std::string lost = peer_events_.lost(name, now);
        return lost.empty() ? explain_unknown(membership_, sources_, reasons_) : lost;
    }
    std::string peer = explain_peer(standing, sources_, reasons_, now);
    if (overrides_.paused()) peer += "; the topology is paused for another " + duration_text(overrides_.paused_until() - now);
    if (const Time until = overrides_.held_until(id); until != 0)
        peer += "; an operator holds it for another " + duration_text(until - now);
    const std::string link = standing.self || standing.excluded ? std::string{} : reconciler_.why(name, now);
    return link.empty() ? peer : peer + "; " + link;
}

std::vector<LiveTopology::PeerStatus> LiveTopology::peers() const {
    std::vector<PeerStatus> all;
    for (const NameId name : membership_.queries().members())
        all.push_back({reconciler_.names().text(name), class_of(name), reconciler_.linked(name)});
    return all;
}

std::vector<LiveTopology::SourceStatus> LiveTopology::sources() const {
    std::vector<SourceStatus> all;
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
        const SourceId source{i};
        const SourceLiveness &liveness = membership_.source(source);
        const SourceReport &report = sources_[source];
        all.push_back({report.name, liveness.looked(), liveness.stale(), membership_.records().present(source), report.failures,
                       report.text, report.status, report.looks, report.failed_looks,
                       membership_.records().remembered(source)});
    }
    return all;
}

} // namespace kith::core
