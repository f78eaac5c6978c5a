// SPDX-License-Identifier: MIT
//
// The state of each name as a value, for the API and the metrics.
#include <core/cluster/membership/member_table.hpp>
#include <core/cluster/membership/membership_queries.hpp>

namespace kith::core {

namespace {

std::string_view state_word(const MemberEntry &entry) {
    if (entry.verdict == Verdict::self) return "local_node";
    if (entry.verdict == Verdict::excluded) return "excluded";
    switch (entry.state) {
    case MemberState::wanted: return "wanted";
    case MemberState::missing: return "missing";
    case MemberState::remembered: return "remembered";
    case MemberState::aside: return "resting";
    case MemberState::held: return "guarded";
    case MemberState::gone: return "gone";
    case MemberState::outside: break;
    }
    return "outside";
}

} // namespace

MembershipQueries::NameStatus MembershipQueries::status_of(NameId name) const {
    const MemberId id = names_.find(name);
    if (id == MemberId::none) return {};
    return {name, state_word(names_[id]), names_[id].peer_class, names_[id].since};
}

void MembershipQueries::each_name(const std::function<void(const NameStatus &)> &function) const {
    names_.each([&](MemberId id) {
        function({names_[id].name, state_word(names_[id]), names_[id].peer_class, names_[id].since});
    });
}

} // namespace kith::core
