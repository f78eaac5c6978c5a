// SPDX-License-Identifier: MIT
//
// How a membership handles a new policy, a new name of the local node, the end of a link, and the orders of an operator.
#include <core/cluster/membership/membership.hpp>

#include <utility>

namespace kith::core {

void Membership::set_self(std::string_view name) {
    if (name == naming_rules_.self()) return;
    const MemberId before = names_.find(naming_rules_.self());
    naming_rules_.set_self(name);
    for (const MemberId id : {before, names_.find(name)}) {
        if (id != MemberId::none) judge_again(id);
    }
}

void Membership::set_policy(Policy policy, Time now) {
    const bool renamed = policy.name != policy_.name;
    const bool prune_changed = policy.prune != policy_.prune;
    policy_ = std::move(policy);
    sources_.policy_changed(policy_, now);
    select_sources();
    if (renamed) {
        naming_rules_.template_changed();
        claims_.rename_all();
    }
    names_.each([&](MemberId id) {
        judge_again(id);
        if (prune_changed && names_[id].state == MemberState::gone) names_.touch(id);
    });
    sources_.each([&](SourceId source) { updater_.remove_gone(source, now); });
}

void Membership::judge_again(MemberId id) {
    const Verdict verdict = naming_rules_.judge(names_.text(id));
    if (verdict == names_[id].verdict) return;
    names_[id].verdict = verdict;
    names_.touch(id);
}

void Membership::pause(Time now) {
    updater_.pause(now);
    decider_.pause(now);
}

void Membership::resume(Time now) {
    decider_.resume(now);
    updater_.resume(now);
}

void Membership::remove(NameId name, Time now) {
    const MemberId id = names_.find(name);
    if (id == MemberId::none || !is_member(names_[id].state)) return;
    while (!names_[id].claims.empty()) updater_.remove(names_[id].claims.first(), LossCause::ordered, now);
    names_[id].cause = LossCause::ordered;
    names_.touch(id);
}

void Membership::quiet(NameId name) {
    const MemberId id = names_.find(name);
    if (id != MemberId::none && names_[id].state == MemberState::gone) names_.touch(id);
}

} // namespace kith::core
