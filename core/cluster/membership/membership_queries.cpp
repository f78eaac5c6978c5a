// SPDX-License-Identifier: MIT
#include <core/cluster/membership/member_table.hpp>
#include <core/cluster/membership/membership_queries.hpp>
#include <core/cluster/membership/record_table.hpp>
#include <core/cluster/membership/source_selection.hpp>

namespace kith::core {

PeerClass MembershipQueries::class_of(NameId name) const {
    const MemberId entry = names_.find(name);
    return entry == MemberId::none ? PeerClass::none : names_[entry].peer_class;
}

bool MembershipQueries::member(NameId name) const {
    const MemberId entry = names_.find(name);
    return entry != MemberId::none && is_member(names_[entry].state);
}

std::vector<NameId> MembershipQueries::members() const {
    std::vector<NameId> members;
    members.reserve(names_.members());
    names_.each([&](MemberId id) {
        if (is_member(names_[id].state)) members.push_back(names_[id].name);
    });
    return members;
}

NameStanding MembershipQueries::standing(NameId name, Time now) const {
    NameStanding standing;
    const MemberId id = names_.find(name);
    if (id == MemberId::none) return standing;
    const MemberEntry &entry = names_[id];
    standing.known = true;
    standing.self = entry.verdict == Verdict::self;
    standing.excluded = entry.verdict == Verdict::excluded;
    standing.guarded = entry.state == MemberState::held;
    standing.peer_class = entry.peer_class;
    standing.cause = entry.cause;
    standing.since = entry.since;
    for (RecordId claim = entry.claims.first(); claim != RecordId::none; claim = names_.next_claim(claim)) {
        const Record &record = records_[claim];
        const bool absent = record.presence == Presence::missing || record.presence == Presence::ghost;
        const Absence &absence = records_.absences()[claim];
        standing.claims.push_back({record.source, record.peer.key(), record.presence == Presence::present,
                                   record.presence == Presence::remembered, absence.since,
                                   absent ? sources_[record.source].observations(now) - absence.observation + 1 : 0});
    }
    return standing;
}

bool MembershipQueries::describe(NameId name, PeerView &peer, std::vector<AttributeView> &attributes) const {
    const MemberId id = names_.find(name);
    if (id == MemberId::none) return false;
    const MemberEntry &entry = names_[id];
    attributes.clear();
    const RecordId present = names_.first_claim(id, Contribution::present);
    if (!records_.describe(present != RecordId::none ? present : entry.claims.first(), peer, attributes)) {
        if (!entry.last_peer) return false;
        entry.last_peer.attributes(attributes);
        peer = {entry.last_peer.key(), {}, attributes, 0};
    }
    peer.name = names_.text(id);
    return true;
}

void MembershipQueries::reporting_sources(NameId name, std::vector<SourceId> &sources) const {
    const MemberId id = names_.find(name);
    if (id == MemberId::none) return;
    for (RecordId claim = names_[id].claims.first(); claim != RecordId::none; claim = names_.next_claim(claim)) {
        if (records_[claim].presence == Presence::present) sources.push_back(records_[claim].source);
    }
}

void MembershipQueries::each_known(SourceId source, const std::function<void(const PeerView &)> &function) const {
    std::vector<AttributeView> attributes;
    records_.each(source, [&](RecordId id) {
        const MemberId entry = records_[id].entry;
        if (entry == MemberId::none || !is_member(names_[entry].state)) return;
        if (const Contribution claim = names_.contribution(id); claim == Contribution::nothing || claim == Contribution::aside)
            return;
        PeerView peer;
        attributes.clear();
        if (records_.describe(id, peer, attributes)) function(peer);
    });
}

} // namespace kith::core
