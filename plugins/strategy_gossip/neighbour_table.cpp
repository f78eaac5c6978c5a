// SPDX-License-Identifier: MIT
#include "neighbour_table.hpp"

#include <algorithm>
#include <utility>

namespace gossip {

NeighbourTable::NeighbourTable(std::uint64_t seed, std::size_t limit)
    : seed_(seed), limit_(limit), slots_(64, Slot{0, absent}), places_(64) {}

void NeighbourTable::insert(Slot slot, std::uint32_t place) noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = slot.hash & mask;
    while (slots_[at].hash != 0) at = (at + 1) & mask;
    slots_[at] = slot;
    places_[at] = place;
}

void NeighbourTable::grow() {
    const auto slots = std::exchange(slots_, std::vector<Slot>(2 * slots_.size(), Slot{0, absent}));
    const auto places = std::exchange(places_, std::vector<std::uint32_t>(slots_.size()));
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (slots[i].hash != 0) insert(slots[i], places[i]);
    }
}

bool NeighbourTable::add(std::string_view name, Hearing now, Mark from) {
    if (names_.size() >= limit_) {
        if (present_ == names_.size()) return false;
        const auto mask = static_cast<Index>(slots_.size() - 1);
        while (slots_[hand_ & mask].hash == 0 || present(hand_ & mask)) ++hand_;
        remove(hand_ & mask);
    }
    if (slots_.size() < 2 * (names_.size() + 1)) grow();
    names_.emplace_back(name);
    ++present_;
    oldest_ = std::min(oldest_, now);
    insert({hash(name), pack(now, from)}, static_cast<std::uint32_t>(names_.size() - 1));
    return true;
}

void NeighbourTable::leave(Index i) noexcept {
    if (!present(i)) return;
    slots_[i].heard = absent;
    --present_;
}

// Branchless, because branch prediction fails in a half-full table.
Hearing NeighbourTable::earliest() const noexcept {
    std::uint64_t least = INT64_MAX;
    for (const Slot &slot : slots_) least = std::min(least, static_cast<std::uint64_t>(slot.heard));
    return when(static_cast<std::int64_t>(least));
}

// Times only increase, so `oldest_` remains valid and most calls return at once.
void NeighbourTable::expire(Hearing before, std::vector<std::string> &gone) {
    if (before <= oldest_) return;
    oldest_ = earliest();
    if (before <= oldest_) return;
    for (Index i = 0; i < slots_.size(); ++i) {
        if (!present(i) || when(slots_[i].heard) >= before) continue;
        leave(i);
        gone.push_back(name(i));
    }
    oldest_ = earliest();
}

std::vector<std::string> NeighbourTable::names() const {
    std::vector<std::string> out;
    out.reserve(present_);
    for (Index i = 0; i < slots_.size(); ++i) {
        if (present(i)) out.push_back(name(i));
    }
    return out;
}

// Removes an absent neighbour. The last name takes the place of its name; then the slots after the free one are moved, so that
// no search ends early.
void NeighbourTable::remove(Index i) {
    const auto last = static_cast<std::uint32_t>(names_.size() - 1);
    const std::uint32_t place = places_[i];
    if (place != last) {
        places_[find(names_[last])] = place;
        names_[place] = std::move(names_[last]);
    }
    names_.pop_back();
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = i;
    slots_[hole] = {0, absent};
    for (std::size_t at = (hole + 1) & mask; slots_[at].hash != 0; at = (at + 1) & mask) {
        const std::size_t home = slots_[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask)) continue; // it would stand before its home
        slots_[hole] = std::exchange(slots_[at], Slot{0, absent});
        places_[hole] = places_[at];
        hole = at;
    }
}

} // namespace gossip
