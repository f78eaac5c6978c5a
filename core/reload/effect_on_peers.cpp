// SPDX-License-Identifier: MIT
#include <core/reload/effect_on_peers.hpp>

#include <core/cluster/membership/naming_rules.hpp>
#include <core/reload/plan.hpp>

#include <algorithm>
#include <set>

namespace kith::core {

namespace {

// Keys and names that the new options of its strategies do not list any more.
std::set<std::string, std::less<>> unlisted(const Topology &running, const Topology &next) {
    std::set<std::string, std::less<>> out;
    for (const Source &before : running.sources) {
        for (const Source &after : next.sources) {
            if (after.name != before.name || after.plugin != before.plugin) continue;
            for (std::string &text : removed_strings(before.options, after.options)) out.insert(std::move(text));
        }
    }
    return out;
}

bool is_over(const std::vector<std::string> &names, std::size_t all, double share) {
    return static_cast<double>(names.size()) > share * static_cast<double>(all);
}

// A removal that waits under the running policy and does not under the next one.
bool is_hastened(const LiveTopology::NameStatus &status, const Policy &running, const Policy &next, Time now) {
    const auto waited = [&](Policy::milliseconds bound) { return later(status.since, ns(bound)) <= now; };
    if (status.state == "missing") return !waited(running.grace) && waited(next.grace);
    return status.state == "guarded" && (!next.guard || (!waited(running.hold) && waited(next.hold)));
}

} // namespace

ReloadEffect foresee(const LiveTopology &topology, const Topology &running, const Topology *next, Time now) {
    ReloadEffect effect;
    effect.topology = topology.name();
    effect.names = topology.size();
    const Policy policy = next == nullptr ? Policy{} : next->policy;
    NamingRules names(policy);
    names.set_self(topology.local_node());
    const bool renamed = next != nullptr && policy.name != running.policy.name;
    const bool parts = policy.prune == Prune::disconnect;
    const auto taken_out = next == nullptr ? std::set<std::string, std::less<>>{} : unlisted(running, *next);
    topology.each_name([&](const LiveTopology::NameStatus &status) {
        const std::string name(status.name);
        if (status.state == "gone") {
            if (next != nullptr && parts && running.policy.prune != Prune::disconnect) effect.parted.push_back(name);
            return;
        }
        if (status.state == "excluded" || status.state == "local_node" || status.state == "outside") return;
        PeerView peer;
        const bool described = topology.describe(status.name, peer);
        if (next == nullptr || names.judge(status.name) != Verdict::accepted) {
            effect.not_dialled.push_back(name);
            return;
        }
        // The name is the strategy's own again when the template goes: which that is, is not known here.
        std::string other;
        if (renamed && (policy.name.empty() || !described || !names.name_of(peer, other).empty() || other != name)) {
            effect.not_dialled.push_back(name);
            return;
        }
        if (!parts) return;
        const bool listed = !taken_out.contains(status.name) && (!described || !taken_out.contains(peer.key));
        if (!listed || is_hastened(status, running.policy, policy, now)) effect.parted.push_back(name);
    });
    const double share = running.policy.max_removal;
    effect.too_many = (effect.not_dialled.size() != 0 && is_over(effect.not_dialled, effect.names, share)) ||
                      (effect.parted.size() != 0 && is_over(effect.parted, effect.names, share));
    return effect;
}

} // namespace kith::core
