// SPDX-License-Identifier: MIT
#include "diagnosis.hpp"

#include <core/cluster/base/format_duration.hpp>
#include <kith/hosting/status.hpp>

#include <algorithm>
#include <optional>

namespace kith::app {

using core::duration_text;

namespace {

struct Advice {
    std::int32_t status;
    std::string_view code;
    std::string_view remedy;
};

// What a failed attempt to connect asks for.
constexpr Advice connect_advice[] = {
    {KITH_UNAUTHORIZED, "unauthorized",
     "Give both nodes the same secret (on Erlang: the same cookie), or correct the one that kith uses."},
    {KITH_REFUSED, "refused", "Start the node there, or take its address out of the source if it has moved."},
    {KITH_TIMED_OUT, "mute",
     "Look whether the node hangs or a firewall drops packets to it; the address answers to nobody or accepts and "
     "stays "
     "silent."},
    {KITH_UNRESOLVED, "no_such_host", "Correct the host part of its name, or make it resolve on this machine."},
    {KITH_NOT_FOUND, "name_mismatch",
     "Start the node, or compare the name under which it runs with the one that the source or policy.name gives it."},
    {KITH_DENIED, "denied", "Allow it on the other side; its answer is that we may not."},
    {KITH_UNREACHABLE, "unreachable", "Look at the routes of this machine to the peer's network."},
    {KITH_RESET, "reset", "Read the log of the other node: it ended the connection."},
    {KITH_CLOSED, "reset", "Read the log of the other node: it ended the connection."},
    {KITH_PROTOCOL, "not_a_node", "Look what listens there: it does not speak the protocol that the connector expects."},
    {KITH_EXISTS, "exists", "Nothing, if the other node is connecting to this one; else end what holds that name there."},
    {KITH_BUSY, "busy", "Wait: the other node is connecting to this one at the same moment."},
    {KITH_CANCELLED, "gave_way", "Wait: other peers were connected first, because this one answers slowly."},
    {KITH_UNAVAILABLE, "unavailable", "Wait, or look why the other side cannot at present."},
    {KITH_UNSUPPORTED, "unsupported", "Compare the versions of both sides."},
};

constexpr Advice source_advice[] = {
    {KITH_UNAUTHORIZED, "source_unauthorized", "Correct the credential of the strategy, or the certificate of its server."},
    {KITH_DENIED, "source_denied", "Give the strategy's account the right to read its source (403), such as RBAC or IAM."},
    {KITH_UNRESOLVED, "source_no_such_host", "Correct the name in the strategy's options, or look at the DNS of this machine."},
    {KITH_REFUSED, "source_refused", "Start the source there, or correct the address in the strategy's options."},
    {KITH_TIMED_OUT, "source_mute", "Look whether the source hangs, or a firewall drops packets to it."},
};

bool speaks_of_certificate(std::string_view text) { return text.find("certificate") != std::string_view::npos; }

Diagnosis connect_failure(const core::Reconciler::LinkStatus &link, std::string_view name) {
    Diagnosis found{status_slug(link.status), {}, "Read the log of both nodes."};
    for (const Advice &advice : connect_advice) {
        if (advice.status == link.status) found = {advice.code, {}, std::string(advice.remedy)};
    }
    if (speaks_of_certificate(link.text))
        found = {"certificate", {}, "Correct the certificate, or the authorities that are trusted for it."};
    found.cause = std::string(name) + " cannot be joined: " +
                  (link.text.empty() ? std::string(status_sentence(link.status)) : std::string(link.text));
    return found;
}

// Nothing when the instance is not in quarantine. what: the subject of the sentence.
std::optional<Diagnosis> quarantine(const core::EngineView &view, std::string_view code, const std::string &instance,
                                    const std::string &what) {
    const auto found = std::ranges::find(view.instances, instance, &core::InstanceView::name);
    if (found == view.instances.end() || found->quarantine.empty()) return std::nullopt;
    return Diagnosis{code, what + " is in quarantine: " + std::string(found->quarantine),
                     "Correct or replace its plugin; `kith plugins retry " + std::string(found->file) + "` starts it again."};
}

Diagnosis source_failure(const core::LiveTopology::SourceStatus &source) {
    Diagnosis found{"source_failing", {}, "Mend what the strategy asks; it tries again by itself, and `kith refresh` at once."};
    for (const Advice &advice : source_advice) {
        if (advice.status == source.status) found = {advice.code, {}, std::string(advice.remedy)};
    }
    if (speaks_of_certificate(source.reason))
        found = {
            "source_certificate", {}, "Correct the certificate of the source, or the authorities that are trusted for it."};
    const std::string reason = source.reason.empty() ? std::string(status_sentence(source.status)) : std::string(source.reason);
    found.cause = "no strategy has it, and " + std::string(source.name) + " cannot look: " + reason;
    return found;
}

// A name of the topology that has the same part before the @ or after it; empty when there is none.
std::string similar(const core::LiveTopology &topology, std::string_view name) {
    const auto cut = [](std::string_view whole) {
        const std::size_t at = std::min(whole.find('@'), whole.size());
        return std::pair(whole.substr(0, at), whole.substr(std::min(at + 1, whole.size())));
    };
    const auto wanted = cut(name);
    std::string found;
    topology.each_name([&](const core::LiveTopology::NameStatus &status) {
        if (!found.empty()) return;
        const auto [before, after] = cut(status.name);
        if ((before == wanted.first && after != wanted.second) ||
            (!after.empty() && after == wanted.second && before != wanted.first))
            found = status.name;
    });
    return found;
}

Diagnosis unknown_name(const core::EngineView &view, const core::LiveTopology &topology, std::string_view name) {
    if (const std::string_view words = topology.last_words(name); !words.empty())
        return {"lost", "it is not a peer any more: " + std::string(words),
                "If it should be there, look why its source does not have it; it comes back by itself when the source has it "
                "again.",
                false};
    for (const auto &source : topology.sources()) {
        if (source.failures != 0) {
            const std::string its_name(source.name);
            Diagnosis found =
                quarantine(view, "source_quarantined", "topologies." + std::string(topology.name()) + '.' + its_name,
                           "no strategy has it, and strategy " + its_name)
                    .value_or(source_failure(source));
            found.known = false;
            return found;
        }
        if (!source.looked)
            return {"not_looked", "no strategy has it, and " + std::string(source.name) + " has not reported yet",
                    "Wait for its first look, or ask for it by `kith refresh`.", false};
    }
    Diagnosis found{"unknown", "no strategy of this topology has it",
                    "Compare the name with those of `kith peers`; `kith discover` shows what each strategy finds.", false};
    // Names are compared only when nobody knows this one: that looks at all of them.
    const bool elsewhere = std::any_of(view.topologies.begin(), view.topologies.end(), [&](const core::TopologyView &one) {
        return !one.topology->name_status(name).state.empty();
    });
    if (elsewhere) return found;
    if (const std::string other = similar(topology, name); !other.empty())
        found.cause += "; possibly " + other + " is meant, which has a part of its name";
    return found;
}

// Another topology over the same connector that holds the name.
std::string_view holder(const core::EngineView &view, const core::TopologyView &topology, std::string_view name) {
    for (const core::TopologyView &other : view.topologies) {
        if (other.topology == topology.topology || other.connector != topology.connector) continue;
        const core::PeerClass its = other.topology->class_of(name);
        if (its != core::PeerClass::none && its != core::PeerClass::unwanted) return other.topology->name();
    }
    return {};
}

Diagnosis gone(const core::EngineView &view, const core::TopologyView &topology, std::string_view name,
               const core::NameStanding &standing) {
    if (standing.peer_class == core::PeerClass::unwanted) {
        if (const std::string_view other = holder(view, topology, name); !other.empty())
            return {"kept_by_topology",
                    "it is gone here, and its link is kept because topology " + std::string(other) + " holds it",
                    "Take it out of topology " + std::string(other) + " too, if it is to be disconnected."};
        return {"parting", "it is gone, and is being disconnected", "Nothing."};
    }
    return {"gone", "it is gone from its source; its link is left alone (policy.prune)",
            "Nothing; or set policy.prune to disconnect, if links of such peers are to be ended."};
}

// What an operator ordered keeps it from being connected or disconnected; nothing when nobody did, or its link is as it should be.
std::optional<Diagnosis> by_order(const core::EngineView &view, const core::TopologyView &its, std::string_view name,
                                  const core::NameStanding &standing) {
    using State = core::Reconciler::LinkStatus::State;
    const core::LiveTopology &topology = *its.topology;
    const core::Time paused = topology.overrides().paused_until(), held = topology.held_until(name);
    if ((paused == 0 && held == 0) || standing.peer_class == core::PeerClass::none) return std::nullopt;
    const bool linked = its.connector->link_status(name, view.now).state == State::linked;
    const auto left = [&](core::Time until) { return duration_text(until > view.now ? until - view.now : 0); };
    const std::string effect = linked ? "; its link is kept" : "; kith does not connect it";
    if (held != 0)
        return Diagnosis{"held_by_operator", "an operator holds it for another " + left(held) + effect,
                         "Wait, or end the hold by `kith hold " + std::string(topology.name()) + " NAME --for 0`."};
    return Diagnosis{
        "paused", "an operator has paused topology " + std::string(topology.name()) + " for another " + left(paused) + effect,
        "Wait, or end the pause by `kith resume " + std::string(topology.name()) + "`."};
}

Diagnosis guarded(const core::EngineView &view, const core::LiveTopology &topology, const core::NameStanding &standing) {
    if (topology.overrides().paused())
        return {"paused", "its source does not have it any more, and nothing is removed while the topology is paused",
                "Nothing before the pause ends; `kith resume " + std::string(topology.name()) + "` ends it."};
    const core::Time until = core::later(standing.since, core::ns(topology.policy().hold));
    return {"guarded",
            "its source does not have it any more, and the guard holds its removal because too many would go at once",
            "Look whether the source is right. If it is, the removal is believed in " +
                duration_text(until > view.now ? until - view.now : 0) + ", and `kith confirm " + std::string(topology.name()) +
                "` has it happen now."};
}

Diagnosis by_link(const core::EngineView &view, const core::TopologyView &topology, std::string_view name,
                  const core::NameStanding &standing) {
    using State = core::Reconciler::LinkStatus::State;
    const core::Reconciler &connector = *topology.connector;
    const std::string its_connector = "connector " + std::string(connector.connector());
    if (!connector.attached()) {
        if (auto found = quarantine(view, "quarantined", "connectors." + std::string(connector.connector()), its_connector))
            return *std::move(found);
        const std::string_view why = connector.detached_text();
        return {"detached",
                its_connector + " is not attached to a node, so kith connects no peer" +
                    (why.empty() ? "" : ": " + std::string(why)),
                "Start the local node, or correct the connector's options; kith attaches by itself."};
    }
    if (!connector.links_known())
        return {"links_unknown", its_connector + " has not reported which links there are", "Wait a moment."};
    const auto link = connector.link_status(name, view.now);
    switch (link.state) {
    case State::linked: {
        Diagnosis found{"linked", "it is linked since " + duration_text(view.now - link.since), "Nothing."};
        if (standing.peer_class == core::PeerClass::held)
            found.remedy = "Nothing yet: its source does not have it at present, and it is kept until policy.grace is over.";
        return found;
    }
    case State::disconnecting: return {"parting", "it is being disconnected", "Nothing."};
    case State::settling: return {"connecting", "it was joined a moment ago, and its link is awaited", "Wait a moment."};
    case State::connecting:
        if (link.failures == 0)
            return {"connecting", "it is being connected since " + duration_text(view.now - link.since), "Wait a moment."};
        [[fallthrough]];
    case State::backing_off:
    case State::waiting: {
        if (link.failures == 0)
            return {"waiting", "it waits for a slot to be connected",
                    "Wait; policy.connect_parallel limits how many are connected at once."};
        Diagnosis found = connect_failure(link, name);
        found.remedy += link.state == State::backing_off
                            ? " kith tries again in " + duration_text(link.retry_at - view.now) + "."
                            : std::string(" kith is trying again.");
        return found;
    }
    case State::idle:
    case State::unknown: break;
    }
    return {"not_linked", "it is not linked", "Wait a moment."};
}

} // namespace

Diagnosis diagnose(const core::EngineView &view, const core::TopologyView &its, std::string_view name) {
    const core::LiveTopology &topology = *its.topology;
    const core::NameStanding standing = topology.standing(name, view.now);
    if (!standing.known) return unknown_name(view, topology, name);
    if (standing.self) return {"local_node", "it is the local node itself", "Nothing."};
    if (standing.excluded)
        return {"filtered", "policy.include or policy.exclude of topology " + std::string(topology.name()) + " excludes it",
                "Change these globs, if it is to be a peer."};
    if (standing.guarded) return guarded(view, topology, standing);
    if (auto ordered = by_order(view, its, name, standing)) return *ordered;
    switch (standing.peer_class) {
    case core::PeerClass::kept:
    case core::PeerClass::unwanted: return gone(view, its, name, standing);
    case core::PeerClass::resting:
        return {"resting", "only a strategy that is not in use has it (policy.merge is first)",
                "Nothing: its link is kept, and kith does not connect it while an earlier strategy works."};
    case core::PeerClass::none: return {"left_alone", "it was never a peer of this topology", "Nothing."};
    default: return by_link(view, its, name, standing);
    }
}

} // namespace kith::app
