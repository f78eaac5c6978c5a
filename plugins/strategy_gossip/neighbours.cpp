// SPDX-License-Identifier: MIT
#include "neighbours.hpp"

#include "hash.hpp"

#include <utility>

namespace gossip {

Neighbours::Neighbours(std::uint64_t seed, std::size_t limit) : seed_(seed), limit_(limit), slots_(64, Slot{0, none}) {}

std::uint64_t Neighbours::hash(std::string_view name) const noexcept { return hash_of(name, seed_); }

Neighbours::Index Neighbours::find(std::string_view name) const noexcept {
    const std::uint64_t h = hash(name);
    const auto tag = static_cast<std::uint32_t>(h >> 32U);
    for (std::size_t at = h & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
        const Slot &slot = slots_[at];
        if (slot.index == none) return none;
        if (slot.tag == tag && names_[slot.index] == name) return slot.index;
    }
}

void Neighbours::insert(std::uint64_t h, Index index) noexcept {
    std::size_t at = h & (slots_.size() - 1);
    while (slots_[at].index != none) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<std::uint32_t>(h >> 32U), index};
}

void Neighbours::grow() {
    slots_.assign(slots_.size() * 2, Slot{0, none});
    for (Index i = 0; i < names_.size(); ++i) insert(hash(names_[i]), i);
}

bool Neighbours::add(std::string_view name, Hearing now) {
    if (names_.size() >= limit_) {
        if (present_ == names_.size()) return false;
        while (present(hand_ % static_cast<Index>(names_.size()))) ++hand_;
        remove(hand_ % static_cast<Index>(names_.size()));
    }
    if (slots_.size() < 2 * (names_.size() + 1)) grow();
    names_.emplace_back(name);
    heard_.push_back(now);
    ++present_;
    insert(hash(name), static_cast<Index>(names_.size() - 1));
    return true;
}

void Neighbours::leave(Index i) noexcept {
    if (heard_[i] == absent) return;
    heard_[i] = absent;
    --present_;
}

void Neighbours::expire(Hearing before, std::vector<std::string> &gone) {
    for (Index i = 0; i < heard_.size(); ++i) {
        if (heard_[i] == absent || heard_[i] >= before) continue;
        leave(i);
        gone.push_back(names_[i]);
    }
}

std::vector<std::string> Neighbours::names() const {
    std::vector<std::string> out;
    out.reserve(present_);
    for (Index i = 0; i < heard_.size(); ++i) {
        if (heard_[i] != absent) out.push_back(names_[i]);
    }
    return out;
}

std::size_t Neighbours::slot_of(Index i) const noexcept {
    std::size_t at = hash(names_[i]) & (slots_.size() - 1);
    while (slots_[at].index != i) at = (at + 1) & (slots_.size() - 1);
    return at;
}

// It is absent. The last one takes its place; then the slots behind the free one close up, so that no search ends too early.
void Neighbours::remove(Index i) {
    const auto last = static_cast<Index>(names_.size() - 1);
    std::size_t hole = slot_of(i);
    if (i != last) {
        slots_[slot_of(last)].index = i;
        names_[i] = std::move(names_[last]);
        heard_[i] = heard_[last];
    }
    names_.pop_back();
    heard_.pop_back();
    slots_[hole].index = none;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = (hole + 1) & mask; slots_[at].index != none; at = (at + 1) & mask) {
        const std::size_t home = hash(names_[slots_[at].index]) & mask;
        if (((at - home) & mask) < ((at - hole) & mask)) continue; // it would stand before its home
        slots_[hole] = std::exchange(slots_[at], Slot{0, none});
        hole = at;
    }
}

} // namespace gossip
