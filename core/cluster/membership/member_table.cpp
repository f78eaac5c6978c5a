// SPDX-License-Identifier: MIT
#include <core/cluster/membership/member_table.hpp>

#include <utility>

namespace kith::core {

MemberTable::~MemberTable() {
    each([this](MemberId id) { names_.release(entries_[id].name); });
}

MemberId MemberTable::acquire(std::string_view name, const NamingRules &policy) {
    const NameId name_id = names_.acquire(name);
    if (const MemberId known = find(name_id); known != MemberId::none) {
        names_.release(name_id);
        return known;
    }
    const MemberId id = entries_.acquire();
    if (name_id >= by_name_.size()) by_name_.resize(name_id + 1, MemberId::none);
    by_name_[name_id] = id;
    entries_[id].name = name_id;
    entries_[id].verdict = policy.judge(name);
    order_.append(entries_, id);
    return id;
}

// ---- claims ----

void MemberTable::claim(MemberId id, RecordId record) {
    entries_[id].claims.append(claims_, record);
    touch(id);
}

void MemberTable::unclaim(MemberId id, RecordId record) {
    MemberEntry &entry = entries_[id];
    entry.claims.remove(claims_, record);
    Contribution &contribution = claims_[record].contribution;
    if (auto *count = entry.counts.of(std::exchange(contribution, Contribution::nothing))) --*count;
    touch(id);
}

bool MemberTable::set_contribution(MemberId id, RecordId record, Contribution contribution) {
    const Contribution before = std::exchange(claims_[record].contribution, contribution);
    if (before == contribution) return false;
    ClaimCounts &counts = entries_[id].counts;
    if (auto *count = counts.of(before)) --*count;
    if (auto *count = counts.of(contribution)) ++*count;
    touch(id);
    return true;
}

RecordId MemberTable::first_claim(MemberId id, Contribution contribution) const {
    RecordId record = entries_[id].claims.first();
    while (record != RecordId::none && this->contribution(record) != contribution) record = next_claim(record);
    return record;
}

// ---- deciding ----

void MemberTable::touch(MemberId id) {
    if (!std::exchange(entries_[id].touched, true)) touched_.push_back(id);
}

void MemberTable::set_state(MemberId id, MemberState state, Time now) {
    MemberEntry &entry = entries_[id];
    const auto count = [&](std::size_t &counter, auto applies) {
        counter += applies(state) ? 1U : 0U;
        counter -= applies(entry.state) ? 1U : 0U;
    };
    count(members_, is_member);
    count(missing_, [](MemberState each) { return each == MemberState::missing; });
    count(remembered_, [](MemberState each) { return each == MemberState::remembered; });
    entry.state = state;
    entry.since = now;
}

void MemberTable::forget(MemberId id) {
    if (!std::exchange(entries_[id].forgettable, true)) forgettable_.push_back(id);
}

void MemberTable::sweep() {
    for (const MemberId id : forgettable_) {
        MemberEntry &entry = entries_[id];
        entry.forgettable = false;
        if (!entry.claims.empty() || entry.touched || is_member(entry.state) || entry.peer_class != PeerClass::none) continue;
        order_.remove(entries_, id);
        by_name_[entry.name] = MemberId::none;
        names_.release(entry.name);
        entries_.release(id);
    }
    forgettable_.clear();
}

} // namespace kith::core
