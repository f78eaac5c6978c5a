// SPDX-License-Identifier: MIT
//
// What a topology says: of each change its event with a reason, and where a peer stands and why.
#include <core/cluster/base/duration_text.hpp>
#include <core/cluster/topology/topology.hpp>

#include <array>
#include <cstdio>
#include <utility>

namespace kith::core {

namespace {

constexpr std::size_t most_obituaries = 256;

std::string share_text(double share) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g", share);
    return text.data();
}

} // namespace

std::string LiveTopology::cause(Cause cause, SourceId source) const {
    const std::string strategy =
        "strategy " + (index_of(source) < tellings_.size() ? tellings_[index_of(source)].name : std::string{"?"});
    switch (cause) {
    case Cause::none: return {};
    case Cause::missed: return strategy + " looked and did not find it";
    case Cause::expired: return strategy + " has not heard it for the time of its lease";
    case Cause::left: return strategy + " says that it is gone";
    case Cause::renamed: return "its key has another name now at " + strategy;
    case Cause::unnamed: return "policy.name can no longer name it";
    case Cause::self: return "it is the local node";
    case Cause::filtered: return "policy.include or policy.exclude leaves it out";
    case Cause::unselected: return "only a strategy that is not in use has it";
    case Cause::pushed_out: return "policy.max_peers is reached, and it never linked";
    case Cause::policy: return "the configuration changed";
    case Cause::remembered: return "remembered from before kith started, and " + strategy + " has not looked since";
    case Cause::forgotten: return "it was remembered from before kith started, and " + strategy + " does not have it";
    }
    return {};
}

std::string LiveTopology::reason(const MembershipChange &change, Time now) const {
    using Kind = ChangeKind;
    const Policy &policy = membership_.policy();
    switch (change.kind) {
    case Kind::discovered:
        if (change.cause != Cause::remembered) return {};
        return cause(change.cause, change.source) + "; " + remembered_since(change.source, now) + "; held until it has looked";
    case Kind::seen_again:
        if (change.cause == Cause::remembered) return "seen again; it was remembered from before kith started";
        return "seen again after " + duration_text(now - change.since);
    case Kind::missing: return cause(change.cause, change.source) + "; it is gone in " + duration_text(ns(policy.grace));
    case Kind::held: {
        if (change.cause == Cause::unselected || change.cause == Cause::remembered)
            return cause(change.cause, change.source) + "; its link is kept";
        const std::string guard = change.would_go == change.largest
                                      ? "the topology would be empty"
                                      : std::to_string(change.would_go) + " of " + std::to_string(change.largest) +
                                            " peers would be gone, over policy.max_removal " + share_text(policy.max_removal);
        return guard + "; held for " + duration_text(ns(policy.hold)) + " (" + cause(change.cause, change.source) + ")";
    }
    case Kind::lost: {
        std::string text = cause(change.cause, change.source);
        const bool waited = change.cause == Cause::missed || change.cause == Cause::expired || change.cause == Cause::renamed ||
                            change.cause == Cause::unnamed;
        if (waited) {
            text += "; missing for " + duration_text(now - change.since) + " in " + std::to_string(change.observations) +
                    (change.observations == 1 ? " observation" : " observations");
        }
        if (change.believed) text += "; the guard held it for " + duration_text(ns(policy.hold));
        if (change.to == PeerClass::unwanted) text += "; it is parted";
        if (change.cause == Cause::forgotten) text += "; a link to it is left alone";
        if (change.to == PeerClass::kept)
            text += policy.prune == Prune::report ? "; prune is report: its link is left alone, else it would be parted"
                                                  : "; prune is keep: its link is left alone";
        return text;
    }
    default: return {};
    }
}

void LiveTopology::tell(const MembershipChange &change, Time now) {
    using Kind = ChangeKind;
    static constexpr std::array<std::uint32_t, 8> kinds{event_kinds,
                                                        KITH_EVENT_PEER_DISCOVERED,
                                                        KITH_EVENT_PEER_DISCOVERED,
                                                        KITH_EVENT_PEER_UPDATED,
                                                        KITH_EVENT_PEER_COLLISION,
                                                        KITH_EVENT_PEER_MISSING,
                                                        KITH_EVENT_PEER_HELD,
                                                        KITH_EVENT_PEER_LOST};
    const std::uint32_t kind = kinds[static_cast<std::size_t>(change.kind)];
    if (kind == event_kinds) return;
    Event told = event(kind);
    told.peer = reconciler_.names().text(change.name);
    if (index_of(change.source) < tellings_.size()) told.source = tellings_[index_of(change.source)].name;
    std::string text = reason(change, now);
    PeerView peer;
    if (change.record != RecordId::none) {
        attributes_.clear();
        if (membership_.records().describe(change.record, peer, attributes_)) {
            told.key = peer.key;
            told.attributes = peer.attributes;
        }
    }
    if (change.kind == Kind::collision) {
        PeerView other;
        std::vector<AttributeView> unused;
        if (membership_.records().describe(change.other, other, unused))
            text = "the keys \"" + std::string{other.key} + "\" and \"" + std::string{peer.key} + "\" have one name";
        told.attributes = {};
    }
    told.reason = text;
    bus_.publish(told, now);
    if (change.kind == Kind::lost) {
        obituaries_.push_back({std::string{told.peer}, std::move(text), now});
        if (obituaries_.size() > most_obituaries) obituaries_.pop_front();
    }
}

std::string LiveTopology::remembered_since(SourceId source, Time now) const {
    return "last known " + duration_text(known_age(source, now).value_or(0)) + " ago";
}

std::string LiveTopology::why_stale(SourceId source) const {
    if (tellings_[index_of(source)].failures != 0) return tellings_[index_of(source)].text;
    return "nothing was heard for " + duration_text(membership_.source(source).silence()) +
           "; leases stand still until something is";
}

std::string LiveTopology::why(std::string_view name, Time now) const {
    const NameId id = reconciler_.names().find(name);
    const NameStanding standing = id == no_name ? NameStanding{} : membership_.queries().standing(id, now);
    if (!standing.known) {
        for (auto obituary = obituaries_.rbegin(); obituary != obituaries_.rend(); ++obituary) {
            if (obituary->name == name) return "lost " + duration_text(now - obituary->at) + " ago: " + obituary->text;
        }
        for (std::uint32_t i = 0; i < tellings_.size(); ++i) {
            const SourceId source{i};
            if (membership_.source(source).stale())
                return "no strategy has it, and " + tellings_[index_of(source)].name + " cannot look: " + why_stale(source);
            if (!membership_.source(source).looked())
                return "no strategy has it, and " + tellings_[index_of(source)].name + " has not looked yet";
        }
        return "no strategy of this topology has it";
    }
    std::string text;
    for (std::size_t i = 0; i < standing.claims.size() && i < 4; ++i) {
        const auto &claim = standing.claims[i];
        if (!text.empty()) text += "; ";
        text += (claim.present      ? "found by "
                 : claim.remembered ? "remembered of "
                                    : "missing at ") +
                tellings_[index_of(claim.source)].name + " (key " + std::string{claim.key};
        if (claim.remembered) {
            text += ", " + remembered_since(claim.source, now);
        } else if (!claim.present) {
            text += ", for " + duration_text(now - claim.missing_since) + " in " + std::to_string(claim.observations) +
                    (claim.observations == 1 ? " observation" : " observations");
        }
        text += ")";
    }
    if (standing.self) return text + "; it is the local node";
    if (standing.excluded) return text + "; " + cause(Cause::filtered, {});
    if (text.empty()) text = cause(standing.cause, {});
    text += "; " + std::string{to_string(standing.peer_class)};
    if (standing.guarded) text += " by the guard";
    text += " since " + duration_text(now - standing.since);
    const std::string link = reconciler_.why(name, now);
    return link.empty() ? text : text + "; " + link;
}

} // namespace kith::core
