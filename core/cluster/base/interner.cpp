// SPDX-License-Identifier: MIT
#include <core/cluster/base/interner.hpp>

#include <cstring>

namespace kith::core {

Interner::Interner() : index_(0, Hash{&slots_}, Equal{&slots_}) {}

NameId Interner::acquire(std::string_view text) {
    if (const auto found = index_.find(text); found != index_.end()) {
        retain(*found);
        return *found;
    }
    NameId id;
    if (free_.empty()) {
        id = static_cast<NameId>(slots_.size());
        slots_.emplace_back();
    } else {
        id = free_.back();
        free_.pop_back();
    }
    Slot &slot = slots_[id];
    slot.text = std::make_unique_for_overwrite<char[]>(text.size());
    slot.size = static_cast<std::uint32_t>(text.size());
    slot.references = 1;
    if (!text.empty()) std::memcpy(slot.text.get(), text.data(), text.size());
    index_.insert(id);
    return id;
}

void Interner::release(NameId id) {
    Slot &slot = slots_[id];
    if (--slot.references != 0) return;
    index_.erase(id);
    slot.text.reset();
    slot.size = 0;
    free_.push_back(id);
}

NameId Interner::find(std::string_view text) const {
    const auto found = index_.find(text);
    return found == index_.end() ? no_name : *found;
}

} // namespace kith::core
