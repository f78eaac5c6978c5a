// SPDX-License-Identifier: MIT
#include <core/cluster/membership/member_state.hpp>

namespace kith::core {

std::uint32_t *ClaimCounts::of(Contribution contribution) {
    switch (contribution) {
    case Contribution::nothing: return nullptr;
    case Contribution::present: return &present;
    case Contribution::missing: return &missing;
    case Contribution::remembered: return &remembered;
    case Contribution::aside: return &aside;
    }
    return nullptr;
}

PeerClass class_of(MemberState state) {
    switch (state) {
    case MemberState::wanted: return PeerClass::wanted;
    case MemberState::missing:
    case MemberState::remembered: return PeerClass::held;
    case MemberState::aside:
    case MemberState::held: return PeerClass::resting;
    case MemberState::outside:
    case MemberState::gone: break;
    }
    return PeerClass::none;
}

MemberState target_state(const MemberFacts &facts) {
    if (facts.verdict != Verdict::accepted || (!facts.claimed && facts.ended_by_policy)) return MemberState::outside;
    if (facts.claims.present != 0) return MemberState::wanted;
    if (facts.claims.missing != 0) return MemberState::missing;
    if (facts.claims.remembered != 0) return MemberState::remembered;
    if (!is_member(facts.state)) return facts.state;
    if (facts.claims.aside != 0) return MemberState::aside;
    // A name that was only remembered never counted as a member for the guard, and is never disconnected.
    return facts.state == MemberState::remembered ? MemberState::outside : MemberState::held;
}

ChangeKind change_of(MemberState before, MemberState after) {
    const bool was_member = is_member(before);
    switch (after) {
    case MemberState::wanted: return was_member ? ChangeKind::seen_again : ChangeKind::discovered;
    case MemberState::missing:
        if (!was_member) return ChangeKind::discovered;
        return before == MemberState::wanted ? ChangeKind::missing : ChangeKind::reclassed;
    case MemberState::remembered: return was_member ? ChangeKind::held : ChangeKind::discovered;
    case MemberState::aside:
    case MemberState::held: return ChangeKind::held;
    case MemberState::outside:
    case MemberState::gone: return was_member ? ChangeKind::lost : ChangeKind::reclassed;
    }
    return ChangeKind::reclassed;
}

} // namespace kith::core
