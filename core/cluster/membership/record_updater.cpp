// SPDX-License-Identifier: MIT
#include <core/cluster/membership/claim_tracker.hpp>
#include <core/cluster/membership/member_table.hpp>
#include <core/cluster/membership/record_table.hpp>
#include <core/cluster/membership/record_updater.hpp>
#include <core/cluster/membership/source_selection.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace kith::core {

// ---- as an observation has them ----

void RecordUpdater::add(SourceId source, const PeerView &peer, bool learnt, Time now, ObservationTally &tally) {
    const RecordId id = records_.add(source, peer, Presence::present);
    if (learnt) records_.learnt().add(id);
    renew_lease(id, peer.ttl, now);
    claims_.claim(id, peer, tally);
    ++tally.discovered;
}

void RecordUpdater::renew(RecordId id, const PeerView &peer, bool same, bool learnt, Time now, ObservationTally &tally) {
    const Presence before = records_[id].presence;
    renew_lease(id, peer.ttl, now);
    if (before != Presence::present) see_again(id, learnt);
    if (!same) {
        ++tally.updated;
        claims_.change_peer(id, peer, before == Presence::remembered, now, tally);
    } else {
        if (before != Presence::present) ++tally.again;
        if (records_[id].entry == MemberId::none) claims_.count_unnamed(id, tally);
    }
}

void RecordUpdater::report_missing(SourceId source, std::string_view key, Time now, ObservationTally &tally) {
    const RecordId id = records_.find(source, key);
    if (id == RecordId::none) return;
    if (records_[id].presence == Presence::remembered) return remove(id, LossCause::forgotten, now);
    if (records_[id].presence != Presence::present) return;
    miss(id, LossCause::missed, now);
    ++tally.missing;
}

void RecordUpdater::report_left(SourceId source, std::string_view key, Time now, ObservationTally &tally) {
    const RecordId id = records_.find(source, key);
    if (id == RecordId::none) return;
    remove(id, LossCause::left, now);
    ++tally.left;
}

void RecordUpdater::see_again(RecordId id, bool learnt) {
    if (learnt && records_[id].presence == Presence::remembered) records_.learnt().add(id);
    records_.make_present(id);
    claims_.update(id);
}

void RecordUpdater::miss(RecordId id, LossCause cause, Time now) {
    records_.make_missing(id, {now, sources_[records_[id].source].observations(now), cause});
    claims_.update(id);
}

void RecordUpdater::miss_others(SourceId source, Time now, ObservationTally &tally) {
    records_.each(source, [&](RecordId id) {
        if (records_.observed(id) || records_[id].presence != Presence::present) return;
        miss(id, LossCause::missed, now);
        ++tally.missing;
    });
}

void RecordUpdater::remove(RecordId id, LossCause cause, Time now) { claims_.remove(id, cause, now); }

// ---- from before a restart ----

void RecordUpdater::remember(SourceId source, std::span<const PeerView> peers) {
    std::size_t room = policy_.max_peers - std::min<std::size_t>(policy_.max_peers, records_.present() + records_.remembered());
    for (const PeerView &peer : peers) {
        if (room-- == 0) return;
        if (peer.key.empty() || records_.find(source, peer.key) != RecordId::none) continue;
        claims_.claim_remembered(records_.add(source, peer, Presence::remembered), peer);
    }
}

void RecordUpdater::end_full_report(SourceId source, Time now) {
    sources_[source].end_full_report();
    miss_former_run(source, now);
    if (records_.remembered(source) == 0) return;
    records_.each(source, [&](RecordId id) {
        if (records_[id].presence == Presence::remembered) remove(id, LossCause::forgotten, now);
    });
}

void RecordUpdater::miss_former_run(SourceId source, Time now) {
    if (!records_.has_former_run(source)) return;
    records_.end_former_run(source);
    records_.each(source, [&](RecordId id) {
        if (records_[id].presence != Presence::present || !records_.of_former_run(id)) return;
        if (sources_[source].leased() && records_.leases().ttl(id) != 0) return;
        miss(id, LossCause::missed, now);
    });
}

// ---- by time ----

Time RecordUpdater::gone_at(SourceId source) const {
    const RecordId longest = records_.absences().first(source);
    if (longest == RecordId::none || sources_[source].stale() || paused_at_ != never) return never;
    const Absence &absence = records_.absences()[longest];
    const std::uint64_t needed = absence.observation + std::max<std::uint32_t>(policy_.confirm, 1) - 1;
    return std::max(later(absence.since, ns(policy_.grace)), sources_[source].counted_at(needed));
}

void RecordUpdater::remove_gone(SourceId source, Time now) {
    while (gone_at(source) <= now) {
        const RecordId longest = records_.absences().first(source);
        remove(longest, records_.absences()[longest].cause, now);
    }
}

void RecordUpdater::expire_leases(SourceId source, Time now) {
    const Time hearing = sources_[source].hearing();
    LeaseQueue &leases = records_.leases();
    while (leases.due(source, hearing)) {
        const RecordId id = leases.take_expired(source, hearing);
        if (id != RecordId::none) miss(id, LossCause::expired, now);
    }
    leases.trim(source, records_.keys(source).size());
}

void RecordUpdater::resume(Time now) {
    records_.postpone_absences(std::exchange(paused_at_, never), now);
    for (std::uint32_t i = 0; i < sources_.size(); ++i) remove_gone(SourceId{i}, now);
}

// ---- policy.max_peers ----

bool RecordUpdater::make_room(std::size_t wanted, Time now) {
    std::vector<RecordId> victims;
    EvictableRecords &learnt = records_.learnt();
    for (RecordId id = learnt.first(); id != RecordId::none && victims.size() < wanted;) {
        const RecordId next = learnt.next(id);
        if (const NameId name = name_of(id); name != no_name && links_.ever_linked(name)) {
            learnt.remove(id); // it was linked: never evicted
        } else if (!records_.observed(id) && records_[id].presence == Presence::present) {
            victims.push_back(id);
        }
        id = next;
    }
    if (victims.size() < wanted) return false;
    for (const RecordId id : victims) remove(id, LossCause::pushed_out, now);
    return true;
}

void RecordUpdater::trim_missing(Time now) {
    const AbsenceList &absences = records_.absences();
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
        for (RecordId id = absences.first(SourceId{i}); absences.size() > policy_.max_peers && id != RecordId::none;) {
            const RecordId next = absences.next(id);
            if (const NameId name = name_of(id); name == no_name || !links_.busy(name)) remove(id, LossCause::pushed_out, now);
            id = next;
        }
    }
}

NameId RecordUpdater::name_of(RecordId id) const {
    const MemberId entry = records_[id].entry;
    return entry == MemberId::none ? no_name : names_[entry].name;
}

} // namespace kith::core
