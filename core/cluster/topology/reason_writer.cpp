// SPDX-License-Identifier: MIT
#include <core/cluster/base/format_duration.hpp>
#include <core/cluster/topology/reason_writer.hpp>

#include <array>
#include <cstdio>

namespace kith::core {

namespace {

std::string share_text(double share) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g", share);
    return text.data();
}

// Causes that let it wait for `grace` and `confirm`.
bool waited(LossCause cause) {
    return cause == LossCause::missed || cause == LossCause::expired || cause == LossCause::renamed ||
           cause == LossCause::unnamed;
}

} // namespace

std::string ReasonWriter::cause(LossCause cause, SourceId source) const {
    const std::string strategy = "strategy " + (sources_.knows(source) ? sources_[source].name : std::string{"?"});
    switch (cause) {
    case LossCause::none: return {};
    case LossCause::missed: return strategy + " did not find it";
    case LossCause::expired: return strategy + " has not reported it for the time of its lease";
    case LossCause::left: return strategy + " reports that it is gone";
    case LossCause::renamed: return strategy + " reports another name for its key now";
    case LossCause::unnamed: return "policy.name can no longer name it";
    case LossCause::self: return "it is the local node";
    case LossCause::filtered: return "policy.include or policy.exclude excludes it";
    case LossCause::unselected: return "only a strategy that is not in use has it";
    case LossCause::pushed_out: return "policy.max_peers is reached, and it was never linked";
    case LossCause::policy: return "the configuration changed";
    case LossCause::remembered: return "remembered from before kith started, and " + strategy + " has not reported since";
    case LossCause::ordered: return "an operator ordered its removal (`kith forget`)";
    case LossCause::forgotten: return "it was remembered from before kith started, and " + strategy + " does not have it";
    }
    return {};
}

std::string ReasonWriter::change(const MembershipChange &change, Time now) const {
    switch (change.kind) {
    case ChangeKind::discovered:
        if (change.cause != LossCause::remembered) return {};
        return cause(change.cause, change.source) + "; " + last_known(change.source, now) + "; held until it has reported";
    case ChangeKind::seen_again:
        if (change.cause == LossCause::remembered) return "seen again; it was remembered from before kith started";
        return "seen again after " + duration_text(now - change.since);
    case ChangeKind::missing:
        return cause(change.cause, change.source) + "; it is gone in " + duration_text(ns(membership_.policy().grace));
    case ChangeKind::held: return held(change);
    case ChangeKind::lost: return lost(change, now);
    default: return {};
    }
}

std::string ReasonWriter::held(const MembershipChange &change) const {
    if (change.cause == LossCause::unselected || change.cause == LossCause::remembered)
        return cause(change.cause, change.source) + "; its link is kept";
    if (change.largest == 0)
        return "the topology is paused, and nothing is removed before it resumes (" + cause(change.cause, change.source) + ")";
    const Policy &policy = membership_.policy();
    const std::string guard = change.would_go == change.largest
                                  ? "the topology would be empty"
                                  : std::to_string(change.would_go) + " of " + std::to_string(change.largest) +
                                        " peers would be gone, over policy.max_removal " + share_text(policy.max_removal);
    return guard + "; held for " + duration_text(ns(policy.hold)) + " (" + cause(change.cause, change.source) + ")";
}

std::string ReasonWriter::lost(const MembershipChange &change, Time now) const {
    const Policy &policy = membership_.policy();
    std::string text = cause(change.cause, change.source);
    if (waited(change.cause))
        text += "; missing for " + duration_text(now - change.since) + " in " + std::to_string(change.observations) +
                (change.observations == 1 ? " observation" : " observations");
    if (change.removal == Removal::confirmed) text += "; an operator confirmed it while the guard held it";
    if (change.removal == Removal::believed) text += "; the guard held it for " + duration_text(ns(policy.hold));
    if (change.to == PeerClass::unwanted) text += "; it is disconnected";
    if (change.cause == LossCause::forgotten) text += "; a link to it is kept";
    if (change.to == PeerClass::kept)
        text += policy.prune == Prune::report ? "; prune is report: its link is kept, otherwise it would be disconnected"
                                              : "; prune is keep: its link is kept";
    return text;
}

std::string ReasonWriter::stale(SourceId source) const {
    if (sources_[source].failures != 0) return sources_[source].text;
    return "nothing was received for " + duration_text(membership_.source(source).silence()) +
           "; leases are suspended until something is received";
}

std::string ReasonWriter::last_known(SourceId source, Time now) const {
    return "last known " + duration_text(known_age(source, now).value_or(0)) + " ago";
}

std::optional<Time> ReasonWriter::known_age(SourceId source, Time now) const {
    const SourceLiveness &liveness = membership_.source(source);
    if (liveness.looked()) return now - liveness.fresh_at(now);
    const SourceReport &report = sources_[source];
    if (report.remembered_at == never) return std::nullopt;
    return later(report.remembered_age, now - report.remembered_at);
}

} // namespace kith::core
