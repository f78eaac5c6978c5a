// SPDX-License-Identifier: MIT
//
// What a membership answers with: the changes that its owner makes events and classes of, and the counts of one observation.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/peer_class.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/loss_cause.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace kith::core {

enum class ChangeKind : std::uint8_t {
    reclassed,  // the class alone
    discovered, // it is a member now
    seen_again, // it was missing, held or (LossCause::remembered) known from before the restart alone
    updated,    // same key, new attributes
    collision,  // a second key of one source has this name
    missing,    // no source has it any more
    held, // by the guard, or (LossCause::unselected) by merge, or (LossCause::remembered) for a source that has not looked yet
    lost, // it is no member any more
};

struct MembershipChange {
    ChangeKind kind = ChangeKind::reclassed;
    LossCause cause = LossCause::none;
    PeerClass from = PeerClass::none;
    PeerClass to = PeerClass::none;
    bool believed = false; // lost: after the guard had held it
    NameId name = no_name; // valid until sweep()
    SourceId source{};
    RecordId record = RecordId::none; // discovered, updated, collision: the claim that did it, valid until the next input
    RecordId other = RecordId::none;  // collision: the claim that was there before
    Time since = 0;                   // missing or held since
    std::uint64_t observations = 0;   // lost: how many did not have it
    std::size_t would_go = 0;         // held: so many of ...
    std::size_t largest = 0;          // ... so many
};

// What one observation did.
struct ObservationTally {
    std::size_t peers = 0; // that the source has now
    std::size_t discovered = 0, updated = 0, missing = 0, left = 0, again = 0;
    std::size_t unnamed = 0;
    std::string unnamed_reason; // of the first

    bool any() const { return discovered + updated + missing + left + again != 0; }
};

} // namespace kith::core
