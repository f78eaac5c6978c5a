// SPDX-License-Identifier: MIT
#include <core/cluster/membership/membership.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace kith::core {

namespace {

// How long a source that reports its peers one by one may take after a restart, before the other peers of the former run are missing: more
// than a heartbeat of all of them, also when `grace` is 0.
constexpr Time shortest_first_report = 60 * one_second;

} // namespace

Membership::Membership(Policy policy, Interner &names, const LinkQueries &links)
    : policy_(std::move(policy)),
      naming_rules_(policy_),
      names_(names),
      claims_(sources_, records_, names_, naming_rules_),
      updater_(policy_, sources_, records_, names_, claims_, links),
      decider_(names_, records_, links, policy_),
      queries_(sources_, records_, names_) {}

SourceId Membership::add_source() {
    sources_.add(policy_);
    return records_.add_source();
}

// ---- observations ----

Status Membership::replace(SourceId source, std::span<const PeerView> peers, Time now, ObservationTally &tally) {
    const std::size_t after = records_.present() - records_.present(source) + peers.size();
    if (after > policy_.max_peers) return too_many(after);
    if (Status refused = matcher_.match(records_, source, peers); !refused) return refused;

    const bool leased = std::any_of(peers.begin(), peers.end(), [](const PeerView &peer) { return peer.ttl != 0; });
    const auto matches = matcher_.matches();
    begin_observation(source, now, true);
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (matches[i].same && matches[i].settled && !leased) continue;
        apply(source, matches[i], peers[i], false, now, tally);
    }
    // When every record was in the report or is new, none is missing.
    if (records_.keys(source).size() != peers.size()) updater_.miss_others(source, now, tally);
    updater_.end_full_report(source, now);
    end_observation(source, now, tally);
    return {};
}

Status Membership::update(SourceId source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                          std::span<const std::string_view> left, Time now, ObservationTally &tally) {
    if (Status refused = matcher_.match(records_, source, upserted); !refused) return refused;
    const auto matches = matcher_.matches();
    const auto come = std::count_if(matches.begin(), matches.end(), [this](const auto &match) {
        return match.record == RecordId::none || records_[match.record].presence != Presence::present;
    });
    const std::size_t after = records_.present() + static_cast<std::size_t>(come);
    if (come != 0 && after > policy_.max_peers && !updater_.make_room(after - policy_.max_peers, now)) return too_many(after);

    begin_observation(source, now, !missing.empty());
    for (std::size_t i = 0; i < upserted.size(); ++i) apply(source, matches[i], upserted[i], true, now, tally);
    for (const auto key : missing) updater_.report_missing(source, key, now, tally);
    for (const auto key : left) updater_.report_left(source, key, now, tally);
    end_observation(source, now, tally);
    return {};
}

void Membership::watching(SourceId source, bool in_sync, Time now) {
    sources_[source].watching(in_sync, now);
    if (in_sync) {
        select_sources();
        updater_.end_full_report(source, now);
    }
    updater_.remove_gone(source, now);
}

void Membership::heard(SourceId source, Time now) {
    sources_[source].heard(now);
    updater_.expire_leases(source, now);
    select_sources();
    updater_.remove_gone(source, now);
}

void Membership::failed(SourceId source, Time now) {
    sources_[source].failed(now);
    select_sources();
}

void Membership::restarted(SourceId source, Time now) {
    sources_[source].restarted(now);
    records_.begin_run(source);
}

void Membership::remember(SourceId source, std::span<const PeerView> peers) {
    if (sources_[source].looked()) return;
    updater_.remember(source, peers);
    select_sources();
}

// counts: peers that are not in it are missing in one more observation.
void Membership::begin_observation(SourceId source, Time now, bool counts) {
    sources_[source].observed(now, counts);
    if (records_.remembered(source) != 0) sources_[source].expect_full_report(later(now, ns(policy_.grace)));
    if (records_.has_former_run(source))
        sources_[source].expect_full_report(later(now, std::max(ns(policy_.grace), shortest_first_report)));
    select_sources();
}

void Membership::end_observation(SourceId source, Time now, ObservationTally &tally) {
    updater_.expire_leases(source, now);
    updater_.remove_gone(source, now);
    if (records_.absences().size() > policy_.max_peers) updater_.trim_missing(now);
    tally.peers = records_.present(source);
}

Status Membership::too_many(std::size_t peers) const {
    return {KITH_LIMIT, "this would make " + std::to_string(peers) + " peers, policy.max_peers is " +
                            std::to_string(policy_.max_peers) +
                            "; raise it if they are real, or narrow what the strategy looks for"};
}

// ---- deciding ----

void Membership::settle(Time now, std::vector<MembershipChange> &changes) {
    if (names_.any_touched() || !decider_.idle()) decider_.settle(now, changes);
    for (const auto &change : claims_.noted()) {
        if (queries_.member(change.name)) changes.push_back(change);
    }
    claims_.clear_noted();
}

Time Membership::next_deadline() const {
    if (unsettled()) return 0;
    Time next = decider_.next_deadline();
    sources_.each([&](SourceId source) {
        next = std::min({next, updater_.gone_at(source), sources_[source].full_report_at(), silent_at(source)});
    });
    return next;
}

void Membership::advance(Time now) {
    sources_.each([&](SourceId source) {
        if (sources_[source].full_report_at() <= now) updater_.end_full_report(source, now);
        updater_.remove_gone(source, now);
        if (silent_at(source) > now) return;
        sources_[source].fell_silent(now);
        select_sources();
    });
}

// A source without peers cannot be silent.
Time Membership::silent_at(SourceId source) const {
    return records_.present(source) == 0 ? never : sources_[source].silent_at();
}

void Membership::select_sources() {
    if (sources_.all_in_use(policy_.merge)) return;
    const auto has_remembered = [this](SourceId source) { return records_.remembered(source) != 0; };
    for (const SourceId source : sources_.select(policy_.merge, has_remembered)) claims_.update_all(source);
}

} // namespace kith::core
