// SPDX-License-Identifier: MIT
//
// The states of a name, and which of them its claims ask for: pure functions of what is known of one name.
#pragma once

#include <core/cluster/base/peer_class.hpp>
#include <core/cluster/membership/membership_change.hpp>

#include <cstdint>

namespace kith::core {

// What one claim counts as.
enum class Contribution : std::uint8_t {
    nothing,    // it is remembered, of a source that is not in use
    present,    // the source has the peer
    missing,    // the source does not have it any more
    remembered, // the source had it before a restart
    aside,      // the source is not in use (merge: first), and has the peer or misses it
};

struct ClaimCounts {
    std::uint32_t present = 0;
    std::uint32_t missing = 0;
    std::uint32_t remembered = 0;
    std::uint32_t aside = 0;

    // The one that counts these; nullptr for `nothing`.
    std::uint32_t *of(Contribution contribution);
};

// What the policy makes of a name, whatever claims it.
enum class Verdict : std::uint8_t {
    accepted,
    self,     // it is the local node
    excluded, // include or exclude leaves it out
};

//   outside -> wanted <-> missing -> held -> gone -> outside
//   outside -> remembered -> wanted, or -> outside when its source looks and does not have it
//   any member -> aside when only a source that is not in use has it
//   any -> outside when the policy does not accept the name
enum class MemberState : std::uint8_t {
    outside,    // never a member, not accepted, or forgotten
    wanted,     // a claim is present
    missing,    // no claim is present, one is missing
    remembered, // no claim is present or missing, one is remembered
    aside,      // it was a member, and only a source that is not in use has it
    held,       // no claim is left, and the guard decides when it goes
    gone,       // its removal is believed, and a link or an operation is still there
};

constexpr bool is_member(MemberState state) { return state != MemberState::outside && state != MemberState::gone; }

// What the reconciler is to do about a member in this state; `none` for outside, and for gone, where policy.prune decides.
PeerClass class_of(MemberState state);

struct MemberFacts {
    Verdict verdict = Verdict::accepted;
    ClaimCounts claims;
    bool claimed = false;         // some claim is left, also one that counts as nothing
    bool ended_by_policy = false; // the last change of a claim came from a new policy
    MemberState state = MemberState::outside;
};

// The state that these facts ask for. One that is gone is answered as gone; whether it is outside depends on its link.
MemberState target_state(const MemberFacts &facts);

// The kind of change to publish when a name goes from one state to another.
ChangeKind change_of(MemberState before, MemberState after);

} // namespace kith::core
