// SPDX-License-Identifier: MIT
#include "new_neighbour_limiter.hpp"

#include "seeded_name_hash.hpp"

#include <algorithm>

namespace gossip {

namespace {

constexpr double per_second = 10, at_once = 10; // of each bucket

// Four bits of a name, by the two halves of its hash (Kirsch and Mitzenmacher, "Less Hashing, Same Performance").
constexpr std::size_t bits_of_a_name = 4;

std::size_t place(std::uint64_t hash, std::size_t i, std::size_t bits) noexcept {
    return (hash + i * (hash >> 32U | 1U)) & (bits - 1);
}

} // namespace

bool NewNeighbourLimiter::Filter::holds(std::uint64_t hash) const noexcept {
    for (std::size_t i = 0; i < bits_of_a_name; ++i) {
        const std::size_t at = place(hash, i, words.size() * 64);
        if ((words[at / 64] >> (at % 64) & 1U) == 0) return false;
    }
    return true;
}

void NewNeighbourLimiter::Filter::mark(std::uint64_t hash) noexcept {
    if (holds(hash)) return; // names that are received again and again do not fill it
    ++marked;
    for (std::size_t i = 0; i < bits_of_a_name; ++i) {
        const std::size_t at = place(hash, i, words.size() * 64);
        words[at / 64] |= std::uint64_t{1} << (at % 64);
    }
}

// By then a twentieth of its bits are set, and one in 160,000 other names seems to be among them.
bool NewNeighbourLimiter::Filter::full() const noexcept { return marked * 80 >= words.size() * 64; }

void NewNeighbourLimiter::Bucket::refill(double gained) noexcept { tokens = std::min(at_once, tokens + gained); }

bool NewNeighbourLimiter::Bucket::take() noexcept {
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
}

bool NewNeighbourLimiter::heard_before(std::uint64_t hash) const noexcept {
    return std::ranges::any_of(filters_, [hash](const Filter &filter) { return filter.holds(hash); });
}

// Two of the largest are kept at most, the one that is marked among them; the oldest go first, whatever their size.
void NewNeighbourLimiter::mark(std::uint64_t hash, std::int64_t now) {
    if (filters_.empty() || filters_.back().ended != 0 || filters_.back().full()) {
        std::size_t words = smallest;
        if (!filters_.empty()) {
            Filter &before = filters_.back();
            if (before.ended == 0) before.ended = now;
            words = before.full() ? std::min(8 * before.words.size(), largest) : before.words.size();
        }
        const auto of_the_largest = [](const Filter &one) { return one.words.size() == largest; };
        while (words == largest && std::ranges::count_if(filters_, of_the_largest) > 1) filters_.erase(filters_.begin());
        filters_.push_back({.words = std::vector<std::uint64_t>(words), .begun = now});
    }
    filters_.back().mark(hash);
}

// A filter is marked for one span of `memory`, and asked for one more.
void NewNeighbourLimiter::forget(std::int64_t now) {
    if (filters_.empty()) return;
    if (Filter &last = filters_.back(); last.ended == 0 && now - last.begun > memory_) last.ended = last.begun + memory_;
    std::erase_if(filters_, [&](const Filter &one) { return one.ended != 0 && now - one.ended > memory_; });
}

bool NewNeighbourLimiter::admit(std::string_view name, std::int64_t now) {
    const double gained = static_cast<double>(now - last_) * 1e-9 * per_second;
    last_ = now;
    forget(now);
    const std::uint64_t hash = hash_of(name, seed_);
    newcomers_.refill(gained);
    returners_.refill(gained);
    if (heard_before(hash) && returners_.take()) return true;
    if (newcomers_.take()) return true;
    mark(hash, now);
    return false;
}

} // namespace gossip
