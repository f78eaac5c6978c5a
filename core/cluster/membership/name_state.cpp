// SPDX-License-Identifier: MIT
#include <core/cluster/membership/name_state.hpp>

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

PeerClass class_of(NameState state) {
    switch (state) {
    case NameState::wanted: return PeerClass::wanted;
    case NameState::missing:
    case NameState::remembered: return PeerClass::held;
    case NameState::aside:
    case NameState::held: return PeerClass::resting;
    case NameState::outside:
    case NameState::gone: break;
    }
    return PeerClass::none;
}

NameState target_state(const NameFacts &facts) {
    if (facts.verdict != Verdict::accepted || (!facts.claimed && facts.ended_by_policy)) return NameState::outside;
    if (facts.claims.present != 0) return NameState::wanted;
    if (facts.claims.missing != 0) return NameState::missing;
    if (facts.claims.remembered != 0) return NameState::remembered;
    if (!is_member(facts.state)) return facts.state;
    if (facts.claims.aside != 0) return NameState::aside;
    // What was only remembered never counted as a member for the guard, and is never parted.
    return facts.state == NameState::remembered ? NameState::outside : NameState::held;
}

ChangeKind change_of(NameState before, NameState after) {
    const bool was_member = is_member(before);
    switch (after) {
    case NameState::wanted: return was_member ? ChangeKind::seen_again : ChangeKind::discovered;
    case NameState::missing:
        if (!was_member) return ChangeKind::discovered;
        return before == NameState::wanted ? ChangeKind::missing : ChangeKind::reclassed;
    case NameState::remembered: return was_member ? ChangeKind::held : ChangeKind::discovered;
    case NameState::aside:
    case NameState::held: return ChangeKind::held;
    case NameState::outside:
    case NameState::gone: return was_member ? ChangeKind::lost : ChangeKind::reclassed;
    }
    return ChangeKind::reclassed;
}

} // namespace kith::core
