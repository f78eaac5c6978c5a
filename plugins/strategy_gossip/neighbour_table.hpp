// SPDX-License-Identifier: MIT
//
// The known senders and the time of their last heartbeat. A heartbeat of a known sender needs one look-up here: no call, no
// allocation, one cache line, which can be prefetched.
//
// A name is identified by its hash, 64 bits under a secret seed, and is not compared: with 10,000 neighbours one of 10^15
// unknown names is mistaken for a neighbour and counts as its heartbeat. Without the seed such a name cannot be searched for.
//
// Leases run on hearing time, which the strategy passes in and which stops while nothing is received. A neighbour that is
// silent for longer than the lease is absent: it remains known, so that it is accepted again at once, until its place is
// needed.
#pragma once

#include "seeded_name_hash.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gossip {

/// Hearing time in ticks of 1,024 ns: 47 bits of them, four years, leave room for a mark beside them.
using Hearing = std::int64_t;
constexpr Hearing ticks(std::int64_t nanoseconds) noexcept { return nanoseconds >> 10; }

/// A hash of the address from which a name was received, 15 bits above a bit of 0; see mark_of.
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
    /// It will be looked for in a moment. Always inline: GCC 12 takes a function that only prefetches for one without effect,
    /// and drops calls of it.
    [[gnu::always_inline]] void prefetch(Hash hash) const noexcept { __builtin_prefetch(&lines_[home(hash) / line_size], 1); }

    [[nodiscard]] Index find(Hash hash) const noexcept {
        for (std::size_t at = home(hash);; at = (at + line_size) & mask()) {
            const auto &slots = lines_[at / line_size].slots;
            std::size_t in = 0; // without branches: which of the four it is cannot be predicted
            for (std::size_t k = 1; k < line_size; ++k) in = slots[k].hash == hash ? k : in;
            if (slots[in].hash == hash) return static_cast<Index>(at + in);
            if (slots[line_size - 1].hash == 0) return none;
        }
    }
    [[nodiscard]] Index find(std::string_view name) const noexcept { return find(hash(name)); }
    [[nodiscard]] bool present(Index i) const noexcept { return slot(i).heard != absent; }
    [[nodiscard]] bool present(std::string_view name) const noexcept {
        const Index i = find(name);
        return i != none && present(i);
    }
    [[nodiscard]] const std::string &name(Index i) const noexcept { return names_[places_[i]]; }
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
    [[nodiscard]] std::size_t present_count() const noexcept { return present_; }

    /// A heartbeat was received; an absent neighbour is present again. Returns false when a present neighbour was received from
    /// another address before and is not known to be announced twice.
    bool hear(Index i, Hearing now, Mark from = 0) noexcept {
        std::int64_t &heard = slot(i).heard;
        const std::int64_t before = heard;
        if (before == absent) {
            ++present_;
            oldest_ = std::min(oldest_, now);
            heard = pack(now, from);
            return true;
        }
        heard = pack(now, static_cast<Mark>(from | (before & twice)));
        return ((before ^ from) & marks & ~twice) == 0 || (before & twice) != 0;
    }
    /// The name is known to be announced twice: from now on `hear` ignores the address.
    void set_twice(Index i) noexcept { slot(i).heard |= twice; }

    /// Adds a neighbour that was received now. An absent one is replaced when the table is full; returns false when all are
    /// present.
    bool add(std::string_view name, Hearing now, Mark from = 0);

    /// The neighbour has left.
    void leave(Index i) noexcept;
    void leave(std::string_view name) noexcept {
        if (const Index i = find(name); i != none) leave(i);
    }

    /// Marks all neighbours without a heartbeat since `before` as absent, and appends their names.
    void expire(Hearing before, std::vector<std::string> &gone);

    /// The number of present neighbours.
    [[nodiscard]] std::vector<std::string> names() const;

  private:
    static constexpr std::int64_t absent = INT64_MIN; // as unsigned, later than everything
    static constexpr std::int64_t marks = 0xffff, twice = 1;
    struct Slot {
        Hash hash = 0;               // 0: nobody's
        std::int64_t heard = absent; // ticks, the mark in the lowest 16 bits
    };
    static constexpr std::size_t line_size = 4;
    /// A cache line. Its slots are used from the first one on; what does not fit is in the next line.
    struct alignas(64) Line {
        std::array<Slot, line_size> slots{};
    };

    [[nodiscard]] Slot &slot(std::size_t i) noexcept { return lines_[i / line_size].slots[i % line_size]; }
    [[nodiscard]] const Slot &slot(std::size_t i) const noexcept { return lines_[i / line_size].slots[i % line_size]; }
    [[nodiscard]] std::size_t slot_count() const noexcept { return lines_.size() * line_size; }
    [[nodiscard]] std::size_t mask() const noexcept { return slot_count() - 1; }
    [[nodiscard]] std::size_t home(Hash hash) const noexcept { return hash & mask() & ~(line_size - 1); }
    static constexpr std::int64_t pack(Hearing when, Mark from) noexcept { return when * (marks + 1) | from; }
    static constexpr Hearing when(std::int64_t heard) noexcept { return heard >> 16; }
    [[nodiscard]] Hearing earliest() const noexcept;
    void insert(Slot slot, std::uint32_t place) noexcept;
    void grow();
    void remove(Index i);

    std::uint64_t seed_;
    std::size_t limit_;
    std::size_t present_ = 0;
    std::vector<Line> lines_;           // open addressing; a power of two, at most half of their slots used
    std::vector<std::uint32_t> places_; // of each slot: where its name is
    std::vector<std::string> names_;
    Hearing oldest_ = INT64_MAX; // no present neighbour has an older heartbeat
    Index hand_ = 0;             // where the search for an absent neighbour continues
};

} // namespace gossip
