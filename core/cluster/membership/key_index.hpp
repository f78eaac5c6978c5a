// SPDX-License-Identifier: MIT
//
// A flat hash table from keys to record numbers. It stores the hashes; the keys are stored in the records. A look-up compares
// keys only where the hash is equal. With `prefetch` a caller with many keys has the memory of the table, and then of the
// records, loaded for all of them at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kith::core {

class KeyIndex {
  public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    std::size_t size() const { return size_; }

    // The number with this hash for which same(number) is true, or none.
    template <typename Same>
    std::uint32_t find(std::size_t hash, Same same) const {
        if (slots_.empty()) return none;
        for (std::size_t at = home(hash); slots_[at].id != none; at = after(at)) {
            if (slots_[at].hash == narrow(hash) && same(slots_[at].id)) return slots_[at].id;
        }
        return none;
    }

    // The first number with this hash, which is nearly always the one that find would compare first.
    std::uint32_t candidate(std::size_t hash) const {
        return find(hash, [](std::uint32_t) { return true; });
    }

    void prefetch(std::size_t hash) const {
        if (!slots_.empty()) __builtin_prefetch(&slots_[home(hash)]);
    }

    // id: not in the table.
    void insert(std::size_t hash, std::uint32_t id) {
        if ((size_ + 1) * 8 > slots_.size() * 5) grow();
        put({narrow(hash), id});
        ++size_;
    }

    // id: in the table, with this hash.
    void erase(std::size_t hash, std::uint32_t id) {
        std::size_t hole = home(hash);
        while (slots_[hole].id != id) hole = after(hole);
        // Entries behind the erased one are moved back, so that no search ends early.
        for (std::size_t at = after(hole); slots_[at].id != none; at = after(at)) {
            const std::size_t from_home = (at - home(slots_[at].hash)) & mask();
            if (from_home < ((at - hole) & mask())) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = Slot{};
        --size_;
    }

  private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t id = none;
    };

    static std::uint32_t narrow(std::size_t hash) { return static_cast<std::uint32_t>(hash); }
    std::size_t mask() const { return slots_.size() - 1; }
    std::size_t home(std::size_t hash) const { return narrow(hash) & mask(); }
    std::size_t after(std::size_t at) const { return (at + 1) & mask(); }

    void put(Slot slot) {
        std::size_t at = home(slot.hash);
        while (slots_[at].id != none) at = after(at);
        slots_[at] = slot;
    }

    void grow() {
        const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 16 : 2 * slots_.size()));
        for (const Slot &slot : old) {
            if (slot.id != none) put(slot);
        }
    }

    std::vector<Slot> slots_; // size is a power of two; some slots are always free
    std::size_t size_ = 0;
};

} // namespace kith::core
