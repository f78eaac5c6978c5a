// SPDX-License-Identifier: MIT
#include <core/cluster/membership/source_selection.hpp>

#include <algorithm>

namespace kith::core {

std::size_t source_in_use(std::span<const SourceStanding> sources) {
    const auto first = [&](auto fits) {
        return static_cast<std::size_t>(std::find_if(sources.begin(), sources.end(), fits) - sources.begin());
    };
    std::size_t chosen = first([](const SourceStanding &source) { return source.looked && !source.stale; });
    if (chosen == sources.size()) chosen = first([](const SourceStanding &source) { return source.looked; });
    if (chosen == sources.size()) chosen = first([](const SourceStanding &source) { return source.remembered; });
    return chosen == sources.size() ? 0 : chosen;
}

Time observation_interval(const Policy &policy) {
    return std::max<Time>(ns(policy.grace) / std::max<std::uint32_t>(policy.confirm, 1), 1);
}

void SourceSelection::add(const Policy &policy) {
    const bool in_use = policy.merge == Merge::union_of_all || sources_.empty();
    sources_.push_back({SourceLiveness{observation_interval(policy)}, in_use});
}

void SourceSelection::policy_changed(const Policy &policy, Time now) {
    for (Source &source : sources_) source.liveness.set_interval(observation_interval(policy), now);
    all_in_use_ = false;
}

void SourceSelection::use(Merge merge) {
    all_in_use_ = merge == Merge::union_of_all;
    const std::size_t chosen = source_in_use(standings_);
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const bool in_use = all_in_use_ || i == chosen;
        if (sources_[i].in_use == in_use) continue;
        sources_[i].in_use = in_use;
        changed_.push_back(static_cast<SourceId>(i));
    }
}

} // namespace kith::core
