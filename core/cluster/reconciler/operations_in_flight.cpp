// SPDX-License-Identifier: MIT
#include <core/cluster/reconciler/operations_in_flight.hpp>

namespace kith::core {

OperationsInFlight::Slot OperationsInFlight::add(std::uint64_t id, NameId name, Work work, Time began, Time deadline) {
    Slot slot = slots();
    if (free_.empty()) {
        slots_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    Operation &op = slots_[slot];
    op.id = id;
    op.name = name;
    op.work = work;
    op.began = began;
    by_id_.emplace(id, slot);
    ++(work == Work::connect ? connecting_ : disconnecting_);
    set_deadline(slot, deadline);
    return slot;
}

void OperationsInFlight::remove(Slot slot) {
    Operation &op = slots_[slot];
    --(op.work == Work::connect ? connecting_ : disconnecting_);
    by_id_.erase(op.id);
    op = Operation{};
    free_.push_back(slot);
}

void OperationsInFlight::clear() {
    slots_.clear();
    free_.clear();
    by_id_.clear();
    connecting_ = disconnecting_ = 0;
}

OperationsInFlight::Slot OperationsInFlight::find(std::uint64_t id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? none : found->second;
}

void OperationsInFlight::set_deadline(Slot slot, Time deadline) {
    slots_[slot].deadline = deadline;
    deadlines_.add(deadline, slot);
}

OperationsInFlight::Slot OperationsInFlight::take_due(Time now) {
    for (DeadlineQueue::Entry due; deadlines_.take(now, due);) {
        if (due.second < slots_.size() && slots_[due.second].id != 0 && slots_[due.second].deadline == due.first)
            return due.second;
    }
    return none;
}

} // namespace kith::core
