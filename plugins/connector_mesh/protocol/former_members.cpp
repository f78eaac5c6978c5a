// SPDX-License-Identifier: MIT
#include "former_members.hpp"

#include <utility>

namespace kith::mesh {

const FormerMembers::Entry *FormerMembers::find(std::uint64_t name) const {
    const auto at = entries_.find(name);
    return at == entries_.end() ? nullptr : &at->second;
}

std::optional<FormerMembers::Entry> FormerMembers::take(std::uint64_t name) {
    const auto at = entries_.find(name);
    if (at == entries_.end()) return std::nullopt;
    std::optional<Entry> out(std::move(at->second));
    order_.erase(at->second.place);
    entries_.erase(at);
    return out;
}

void FormerMembers::put(std::uint64_t name, Entry entry, std::uint32_t now) {
    take(name);
    if (entries_.size() >= most) remove_first();
    entries_.emplace(name, Kept{std::move(entry), order_.insert(order_.end(), {name, now})});
}

void FormerMembers::expire(std::uint32_t before) {
    while (!order_.empty() && order_.front().since < before) remove_first();
}

void FormerMembers::remove_first() {
    entries_.erase(order_.front().name);
    order_.pop_front();
}

} // namespace kith::mesh
