// SPDX-License-Identifier: MIT
#include "neighbour_table.hpp"

#include <algorithm>
#include <utility>

namespace gossip {

NeighbourTable::NeighbourTable(std::uint64_t seed, std::size_t limit)
    : seed_(seed), limit_(limit), lines_(64 / line_size), places_(64) {}

void NeighbourTable::insert(Slot one, std::uint32_t place) noexcept {
    std::size_t at = home(one.hash);
    while (slot(at).hash != 0) at = (at + 1) & mask();
    slot(at) = one;
    places_[at] = place;
}

void NeighbourTable::grow() {
    const auto lines = std::exchange(lines_, std::vector<Line>(2 * lines_.size()));
    const auto places = std::exchange(places_, std::vector<std::uint32_t>(slot_count()));
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Slot &one = lines[i / line_size].slots[i % line_size];
        if (one.hash != 0) insert(one, places[i]);
    }
}

bool NeighbourTable::add(std::string_view name, Hearing now, Mark from) {
    if (names_.size() >= limit_) {
        if (present_ == names_.size()) return false;
        const auto last = static_cast<Index>(mask());
        while (slot(hand_ & last).hash == 0 || present(hand_ & last)) ++hand_;
        remove(hand_ & last);
    }
    if (slot_count() < 2 * (names_.size() + 1)) grow();
    names_.emplace_back(name);
    ++present_;
    oldest_ = std::min(oldest_, now);
    insert({hash(name), pack(now, from)}, static_cast<std::uint32_t>(names_.size() - 1));
    return true;
}

void NeighbourTable::leave(Index i) noexcept {
    if (!present(i)) return;
    slot(i).heard = absent;
    --present_;
}

// Branchless, because branch prediction fails in a half-full table.
Hearing NeighbourTable::earliest() const noexcept {
    std::uint64_t least = INT64_MAX;
    for (const Line &line : lines_)
        for (const Slot &one : line.slots) least = std::min(least, static_cast<std::uint64_t>(one.heard));
    return when(static_cast<std::int64_t>(least));
}

// Times only increase, so `oldest_` remains valid and most calls return at once.
void NeighbourTable::expire(Hearing before, std::vector<std::string> &gone) {
    if (before <= oldest_) return;
    oldest_ = earliest();
    if (before <= oldest_) return;
    for (Index i = 0; i < slot_count(); ++i) {
        if (!present(i) || when(slot(i).heard) >= before) continue;
        leave(i);
        gone.push_back(name(i));
    }
    oldest_ = earliest();
}

std::vector<std::string> NeighbourTable::names() const {
    std::vector<std::string> out;
    out.reserve(present_);
    for (Index i = 0; i < slot_count(); ++i) {
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
    std::size_t hole = i;
    slot(hole) = {};
    for (std::size_t at = (hole + 1) & mask(); slot(at).hash != 0; at = (at + 1) & mask()) {
        if (((at - home(slot(at).hash)) & mask()) < ((at - hole) & mask())) continue; // it would stand before its home
        slot(hole) = std::exchange(slot(at), Slot{});
        places_[hole] = places_[at];
        hole = at;
    }
}

} // namespace gossip
