// SPDX-License-Identifier: MIT
//
// Sources: hearing, leases, the counting of observations, and which of them are in use.
#include <core/cluster/membership/membership.hpp>

#include <algorithm>

namespace kith::core {

std::uint64_t Membership::observed(const SourceState &source, Time now) const {
    return source.observations + (source.flowing ? (now - source.flows_since) / flow_step() : 0);
}

// While a source follows every change, time passes as if it looked `confirm` times within `grace`.
Time Membership::flow_step() const {
    return std::max<Time>(ns(policy_.grace) / std::max<std::uint32_t>(policy_.confirm, 1), 1);
}

void Membership::set_flow(SourceState &source, Time now) {
    const bool flows = source.looked && !source.failing && !source.silent && (source.in_sync || source.leased());
    if (flows == source.flowing) return;
    source.observations = observed(source, now);
    source.flowing = flows;
    source.flows_since = now;
    if (!flows) source.fresh_at = now;
}

// The hearing clock goes on by the time since the last sign of life, unless that was too long to have been hearing.
void Membership::sign_of_life(SourceState &source, Time now) {
    const Time gap = now - source.heard_at;
    if (source.leased() && gap < source.patience()) source.hearing += gap;
    source.heard_at = now;
    source.silent = false;
}

void Membership::expire(std::uint32_t source, Time now) {
    Deadlines::Entry due;
    SourceState &from = sources_[source];
    while (from.leases.take(from.hearing, due)) {
        Record &record = records_[due.second];
        if (record.source != source || record.queued != due.first) continue;
        record.queued = never;
        if (record.presence != Presence::present || record.expires == never) continue;
        if (record.expires > from.hearing) {
            record.queued = record.expires;
            from.leases.add(record.expires, due.second);
        } else {
            miss(due.second, Cause::expired, now);
        }
    }
    if (from.leases.size() > 2 * from.keys.size() + 64) {
        from.leases.prune([&](const Deadlines::Entry &entry) {
            const Record &record = records_[entry.second];
            return record.source == source && record.queued == entry.first && record.presence == Presence::present;
        });
    }
}

// When the longest missing one is gone, as far as time alone can bring it about.
Time Membership::gone_at(const SourceState &source) const {
    if (source.miss_first == none || source.failing || source.silent) return never;
    const Record &record = records_[source.miss_first];
    const Time patient = later(record.missing_since, ns(policy_.grace));
    const std::uint64_t needed = record.missing_from + std::max<std::uint32_t>(policy_.confirm, 1) - 1;
    if (source.observations >= needed) return patient;
    if (!source.flowing) return never;
    return std::max(patient, later(source.flows_since, (needed - source.observations) * flow_step()));
}

void Membership::collect_gone(std::uint32_t source, Time now) {
    while (gone_at(sources_[source]) <= now) {
        const std::uint32_t record = sources_[source].miss_first;
        remove(record, records_[record].cause, now);
    }
}

// merge: first: the first source that has looked and is not stale is in use; without such a one, the first that has looked, or
// of which peers are remembered.
void Membership::select_sources() {
    if (policy_.merge == Merge::union_of_all && all_active_) return;
    std::size_t chosen = sources_.size();
    for (std::size_t i = 0; i < sources_.size() && chosen == sources_.size(); ++i) {
        if (sources_[i].looked && !sources_[i].failing && !sources_[i].silent) chosen = i;
    }
    for (std::size_t i = 0; i < sources_.size() && chosen == sources_.size(); ++i) {
        if (sources_[i].looked) chosen = i;
    }
    for (std::size_t i = 0; i < sources_.size() && chosen == sources_.size(); ++i) {
        if (sources_[i].remembered != 0) chosen = i;
    }
    if (chosen == sources_.size()) chosen = 0;
    all_active_ = policy_.merge == Merge::union_of_all;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        SourceState &source = sources_[i];
        if (source.active == (all_active_ || i == chosen)) continue;
        source.active = !source.active;
        for (std::uint32_t id = source.first; id != none; id = records_[id].next) contribute(id);
        for (std::uint32_t id = source.miss_first; id != none; id = records_[id].miss_next) contribute(id);
    }
}

} // namespace kith::core
