// SPDX-License-Identifier: MIT
#include <core/cluster/membership/name_table.hpp>

#include <utility>

namespace kith::core {

NameTable::~NameTable() {
    each([this](EntryId id) { names_.release(entries_[id].name); });
}

EntryId NameTable::acquire(std::string_view name, const NamePolicy &policy) {
    const NameId name_id = names_.acquire(name);
    if (const EntryId known = find(name_id); known != EntryId::none) {
        names_.release(name_id);
        return known;
    }
    const EntryId id = entries_.acquire();
    if (name_id >= by_name_.size()) by_name_.resize(name_id + 1, EntryId::none);
    by_name_[name_id] = id;
    entries_[id].name = name_id;
    entries_[id].verdict = policy.judge(name);
    order_.append(entries_, id);
    return id;
}

// ---- claims ----

void NameTable::claim(EntryId id, RecordId record) {
    entries_[id].claims.append(claims_, record);
    touch(id);
}

void NameTable::unclaim(EntryId id, RecordId record) {
    NameEntry &entry = entries_[id];
    entry.claims.remove(claims_, record);
    Contribution &contribution = claims_[record].contribution;
    if (auto *count = entry.counts.of(std::exchange(contribution, Contribution::nothing))) --*count;
    touch(id);
}

bool NameTable::set_contribution(EntryId id, RecordId record, Contribution contribution) {
    const Contribution before = std::exchange(claims_[record].contribution, contribution);
    if (before == contribution) return false;
    ClaimCounts &counts = entries_[id].counts;
    if (auto *count = counts.of(before)) --*count;
    if (auto *count = counts.of(contribution)) ++*count;
    touch(id);
    return true;
}

RecordId NameTable::first_claim(EntryId id, Contribution contribution) const {
    RecordId record = entries_[id].claims.first();
    while (record != RecordId::none && this->contribution(record) != contribution) record = next_claim(record);
    return record;
}

// ---- deciding ----

void NameTable::touch(EntryId id) {
    if (!std::exchange(entries_[id].touched, true)) touched_.push_back(id);
}

void NameTable::set_state(EntryId id, NameState state, Time now) {
    NameEntry &entry = entries_[id];
    const auto count = [&](std::size_t &counter, auto applies) {
        counter += applies(state) ? 1U : 0U;
        counter -= applies(entry.state) ? 1U : 0U;
    };
    count(members_, is_member);
    count(missing_, [](NameState each) { return each == NameState::missing; });
    count(remembered_, [](NameState each) { return each == NameState::remembered; });
    entry.state = state;
    entry.since = now;
}

void NameTable::forget(EntryId id) {
    if (!std::exchange(entries_[id].forgettable, true)) forgettable_.push_back(id);
}

void NameTable::sweep() {
    for (const EntryId id : forgettable_) {
        NameEntry &entry = entries_[id];
        entry.forgettable = false;
        if (!entry.claims.empty() || entry.touched || is_member(entry.state) || entry.peer_class != PeerClass::none) continue;
        order_.remove(entries_, id);
        by_name_[entry.name] = EntryId::none;
        names_.release(entry.name);
        entries_.release(id);
    }
    forgettable_.clear();
}

} // namespace kith::core
