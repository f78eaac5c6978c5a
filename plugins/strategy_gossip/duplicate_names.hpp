// SPDX-License-Identifier: MIT
//
// Names that are announced from two addresses: two machines have one name, as clones of an image do. A name whose sender changes once has
// moved; one whose sender changes again within a lease is there twice.
//
// A change is remembered in a table of fixed size, by the name's hash: a name that lost its place there is noticed at one of its next
// changes.
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
    /// span: nanoseconds within which a second change counts.
    explicit DuplicateNames(std::int64_t span) : span_(span) {}

    /// The name is heard from another address than last time. Returns the other address when it is there twice, at most ten times a
    /// minute: a name that was not returned for that is returned at a later change.
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
