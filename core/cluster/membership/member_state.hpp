// SPDX-License-Identifier: MIT
//
// The states of a name in a membership, and pure functions that derive the state from the claims.
#pragma once

#include <core/cluster/base/peer_link_class.hpp>
#include <core/cluster/membership/membership_change.hpp>

#include <cstdint>

namespace kith::core {

// What one claim counts as.
enum class Contribution : std::uint8_t {
    nothing,    // remembered, and the source is not in use
    present,    // the source reports the peer
    missing,    // the source does not report it any more
    remembered, // the source reported it before a restart
    aside,      // the source is not in use (merge: first); it reports the peer, or did not in its last observations
};

struct ClaimCounts {
    std::uint32_t present = 0;
    std::uint32_t missing = 0;
    std::uint32_t remembered = 0;
    std::uint32_t aside = 0;

    // The counter of a contribution; nullptr for `nothing`.
    std::uint32_t *of(Contribution contribution);
};

// Whether the policy accepts a name, independent of its claims.
enum class Verdict : std::uint8_t {
    accepted,
    self,     // it is the local node
    excluded, // include or exclude excludes it
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
    aside,      // it was a member, and only a source that is not in use reports it
    held,       // no claim is left, and the guard delays the removal
    gone,       // removed, and a link or an operation still exists
};

constexpr bool is_member(MemberState state) { return state != MemberState::outside && state != MemberState::gone; }

// The class of a member in this state; `none` for outside, and for gone, where policy.prune decides.
PeerClass class_of(MemberState state);

struct MemberFacts {
    Verdict verdict = Verdict::accepted;
    ClaimCounts claims;
    bool claimed = false;         // a claim is left, also one that counts as nothing
    bool ended_by_policy = false; // the last change of a claim came from a new policy
    MemberState state = MemberState::outside;
};

// The state that follows from these facts. For a name that is gone it is `gone`; whether it becomes `outside` depends on its
// link.
MemberState target_state(const MemberFacts &facts);

// The kind of change to publish for a transition between states.
ChangeKind change_of(MemberState before, MemberState after);

} // namespace kith::core
