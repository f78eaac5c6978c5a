// SPDX-License-Identifier: MIT
//
// Who was heard, and when. A heartbeat of a known sender costs one look-up here and nothing else: no call, no allocation, one line of the
// cache, which can be asked for ahead of time (prefetch).
//
// So a name is known by its hash, 64 bits under a secret seed, and is not compared: a stranger is taken for one of 10,000 neighbours once in
// 10^15 names, and then counts as that neighbour's heartbeat. Nobody outside can look for such a name without the seed.
//
// Leases run on hearing time, which the strategy hands in and which stands still while the medium is silent. Who is silent for longer than
// the lease is absent: he stays known, so that he is taken back at once, until others need the place.
#pragma once

#include "seeded_name_hash.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gossip {

/// Hearing time in ticks of 1,024 ns: 47 bits of them, four years, leave room for a mark beside them.
using Hearing = std::int64_t;
constexpr Hearing ticks(std::int64_t nanoseconds) noexcept { return nanoseconds >> 10; }

/// Of the address that a name was heard from, 15 bits above a bit of 0; see mark_of.
using Mark = std::uint16_t;

class NeighbourTable {
  public:
    using Index = std::uint32_t; ///< of a neighbour; valid until the next add
    using Hash = std::uint64_t;  ///< never 0
    static constexpr Index none = UINT32_MAX;

    /// seed: random, so that nobody outside can choose names that collide. limit: most neighbours, absent ones included.
    NeighbourTable(std::uint64_t seed, std::size_t limit);

    [[nodiscard]] Hash hash(std::string_view name) const noexcept {
        const Hash h = hash_of(name, seed_);
        return h != 0 ? h : 1;
    }
    /// It will be looked for in a moment. Always inline: GCC 12 takes a function that only prefetches for one without effect, and drops
    /// calls of it.
    [[gnu::always_inline]] void prefetch(Hash hash) const noexcept {
        const Slot *home = &slots_[hash & (slots_.size() - 1)];
        __builtin_prefetch(home, 1);
        __builtin_prefetch(home + 1, 1); // every fourth time this is another line
    }

    [[nodiscard]] Index find(Hash hash) const noexcept;
    [[nodiscard]] Index find(std::string_view name) const noexcept { return find(hash(name)); }
    [[nodiscard]] bool present(Index i) const noexcept { return slots_[i].heard != absent; }
    [[nodiscard]] bool present(std::string_view name) const noexcept {
        const Index i = find(name);
        return i != none && present(i);
    }
    [[nodiscard]] const std::string &name(Index i) const noexcept { return names_[places_[i]]; }
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
    [[nodiscard]] std::size_t present_count() const noexcept { return present_; }

    /// It was heard; an absent one is present again. False: one that was present was heard from somewhere else before, and is not
    /// known to be there twice.
    bool hear(Index i, Hearing now, Mark from = 0) noexcept {
        const Hearing before = slots_[i].heard;
        if (before == absent) {
            ++present_;
            oldest_ = std::min(oldest_, now);
            slots_[i].heard = pack(now, from);
            return true;
        }
        slots_[i].heard = pack(now, static_cast<Mark>(from | (before & twice)));
        return ((before ^ from) & marks & ~twice) == 0 || (before & twice) != 0;
    }
    /// It is known that two announce this name: from now on `hear` is content with whatever address.
    void set_twice(Index i) noexcept { slots_[i].heard |= twice; }

    /// A new one, heard now. One that is absent makes room when there is none left; false when all are present.
    bool add(std::string_view name, Hearing now, Mark from = 0);

    /// It is not there any more.
    void leave(Index i) noexcept;
    void leave(std::string_view name) noexcept {
        if (const Index i = find(name); i != none) leave(i);
    }

    /// All that were not heard since `before` are absent from now on; their names are appended.
    void expire(Hearing before, std::vector<std::string> &gone);

    /// The present ones.
    [[nodiscard]] std::vector<std::string> names() const;

  private:
    static constexpr std::int64_t absent = INT64_MIN; // as unsigned, later than everything
    static constexpr std::int64_t marks = 0xffff, twice = 1;
    struct Slot {
        Hash hash;          // 0: nobody's
        std::int64_t heard; // ticks, the mark in the lowest 16 bits
    };
    static constexpr std::int64_t pack(Hearing when, Mark from) noexcept { return when * (marks + 1) | from; }
    static constexpr Hearing when(std::int64_t heard) noexcept { return heard >> 16; }
    [[nodiscard]] Hearing earliest() const noexcept;
    void insert(Slot slot, std::uint32_t place) noexcept;
    void grow();
    void remove(Index i);

    std::uint64_t seed_;
    std::size_t limit_;
    std::size_t present_ = 0;
    std::vector<Slot> slots_;           // open addressing; a power of two, at most half of them used
    std::vector<std::uint32_t> places_; // of each slot: where its name is
    std::vector<std::string> names_;
    Hearing oldest_ = INT64_MAX; // nobody present was heard before that
    Index hand_ = 0;             // where the search for an absent one goes on
};

} // namespace gossip
