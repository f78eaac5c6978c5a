// SPDX-License-Identifier: MIT
//
// Detects names that are announced from two addresses: two machines with the same name, such as clones of an image. A name
// whose sender address changes once has moved; a name whose address changes again within a lease is announced twice.
//
// Changes are stored in a table of fixed size, by the hash of the name. A name whose entry was overwritten is detected at one
// of its next changes.
#pragma once

#include "neighbour_table.hpp"
#include "seeded_name_hash.hpp"

#include <kith/address.hpp>

#include <array>
#include <cstring>
#include <optional>

namespace gossip {

/// 15 bits of a hash of the address, without the port.
[[nodiscard]] inline Mark mark_of(const kith_address &address, std::uint64_t seed) noexcept {
    std::uint64_t words[2];
    std::memcpy(words, address.bytes, sizeof words);
    return static_cast<Mark>(fold(words[0] ^ seed, words[1] ^ 0xa0761d6478bd642fU ^ seed) & 0xfffeU);
}

class DuplicateNames {
  public:
    /// span: time in nanoseconds within which a second change counts.
    explicit DuplicateNames(std::int64_t span) : span_(span) {}

    /// The name was received from another address than before. Returns the other address when the name is announced twice, at
    /// most ten times a minute: a name that was not returned because of this limit is returned at a later change.
    [[nodiscard]] std::optional<kith::address> changed(NeighbourTable::Hash name, const kith_address &address,
                                                       std::int64_t now) noexcept {
        Change &place = changes_[name % changes_.size()];
        const bool again = place.name == name && now - place.at <= span_;
        const kith_address before = place.address;
        place = {name, now, address};
        if (!again || !may(now)) return std::nullopt;
        return kith::address(before);
    }

  private:
    static constexpr std::int64_t minute = 60'000'000'000;
    struct Change {
        NeighbourTable::Hash name = 0;
        std::int64_t at = 0;
        kith_address address{}; // that it changed to
    };

    bool may(std::int64_t now) noexcept {
        if (now - minute_began_ >= minute) {
            minute_began_ = now;
            said_ = 0;
        }
        return said_++ < 10;
    }

    std::int64_t span_;
    std::int64_t minute_began_ = INT64_MIN / 2;
    unsigned said_ = 0;
    std::array<Change, 64> changes_{};
};

} // namespace gossip
