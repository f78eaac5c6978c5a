// SPDX-License-Identifier: MIT
//
// The results of a membership: changes, from which its owner makes events and classes, and the counts of one observation.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/peer_link_class.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/loss_cause.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace kith::core {

enum class ChangeKind : std::uint8_t {
    reclassed,  // only the class has changed
    discovered, // it is a member now
    seen_again, // it was missing, held or (LossCause::remembered) known from before the restart alone
    updated,    // same key, new attributes
    collision,  // a second key of one source has this name
    missing,    // no source reports it any more
    held, // by the guard, or (LossCause::unselected) by merge, or (LossCause::remembered) for a source that has not reported yet
    lost, // it is no member any more
};

// How a lost name passed the removal guard.
enum class Removal : std::uint8_t {
    unguarded, // it was not held
    believed,  // the guard held it for policy.hold
    confirmed, // an operator confirmed the hold
};

struct MembershipChange {
    ChangeKind kind = ChangeKind::reclassed;
    LossCause cause = LossCause::none;
    PeerClass from = PeerClass::none;
    PeerClass to = PeerClass::none;
    Removal removal = Removal::unguarded; // lost
    NameId name = no_name;                // valid until sweep() is called
    SourceId source{};
    RecordId record = RecordId::none; // discovered, updated, collision: the claim that caused it; valid until the next input
    RecordId other = RecordId::none;  // collision: the earlier claim
    Time since = 0;                   // missing or held since
    std::uint64_t observations = 0;   // lost: number of observations without it
    std::size_t would_go = 0;         // held: the number of removals ...
    std::size_t largest = 0;          // ... of this number of members; 0: because of a pause
};

// The counts of one observation.
struct ObservationTally {
    std::size_t peers = 0; // number of peers that the source reports now
    std::size_t discovered = 0, updated = 0, missing = 0, left = 0, again = 0;
    std::size_t unnamed = 0;
    std::string unnamed_reason; // of the first unnamed peer

    bool any() const { return discovered + updated + missing + left + again != 0; }
};

} // namespace kith::core
