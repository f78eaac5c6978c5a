// SPDX-License-Identifier: MIT
#include <core/cluster/base/format_duration.hpp>
#include <core/cluster/topology/membership_explanation.hpp>

namespace kith::core {

namespace {

constexpr std::size_t most_claims = 4;

std::string explain_claim(const NameStanding::Claim &claim, const ObservationEvents &sources, const ReasonWriter &reasons,
                          Time now) {
    std::string text = claim.present ? "found by " : claim.remembered ? "remembered of " : "missing at ";
    text += sources[claim.source].name + " (key " + std::string{claim.key};
    if (claim.remembered) {
        text += ", " + reasons.last_known(claim.source, now);
    } else if (!claim.present) {
        text += ", for " + duration_text(now - claim.missing_since) + " in " + std::to_string(claim.observations) +
                (claim.observations == 1 ? " observation" : " observations");
    }
    return text + ")";
}

} // namespace

std::string explain_peer(const NameStanding &standing, const ObservationEvents &sources, const ReasonWriter &reasons,
                         Time now) {
    std::string text;
    for (std::size_t i = 0; i < standing.claims.size() && i < most_claims; ++i)
        text += (i == 0 ? "" : "; ") + explain_claim(standing.claims[i], sources, reasons, now);
    if (standing.self) return text + "; it is the local node";
    if (standing.excluded) return text + "; " + reasons.cause(LossCause::filtered, SourceId{});
    if (text.empty()) text = reasons.cause(standing.cause, SourceId{});
    text += "; " + std::string{to_string(standing.peer_class)};
    if (standing.guarded) text += " by the guard";
    return text + " since " + duration_text(now - standing.since);
}

std::string explain_unknown(const Membership &membership, const ObservationEvents &sources, const ReasonWriter &reasons) {
    for (std::uint32_t i = 0; i < sources.size(); ++i) {
        const SourceId source{i};
        if (membership.source(source).stale())
            return "no strategy has it, and " + sources[source].name + " cannot look: " + reasons.stale(source);
        if (!membership.source(source).looked())
            return "no strategy has it, and " + sources[source].name + " has not reported yet";
    }
    return "no strategy of this topology has it";
}

} // namespace kith::core
