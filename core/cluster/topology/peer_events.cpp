// SPDX-License-Identifier: MIT
#include <core/cluster/base/format_duration.hpp>
#include <core/cluster/topology/peer_events.hpp>

#include <optional>
#include <utility>

namespace kith::core {

namespace {

constexpr std::size_t most_lost = 256;

std::optional<std::uint32_t> event_kind(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::reclassed: break;
    case ChangeKind::discovered:
    case ChangeKind::seen_again: return KITH_EVENT_PEER_DISCOVERED;
    case ChangeKind::updated: return KITH_EVENT_PEER_UPDATED;
    case ChangeKind::collision: return KITH_EVENT_PEER_COLLISION;
    case ChangeKind::missing: return KITH_EVENT_PEER_MISSING;
    case ChangeKind::held: return KITH_EVENT_PEER_HELD;
    case ChangeKind::lost: return KITH_EVENT_PEER_LOST;
    }
    return std::nullopt;
}

} // namespace

void PeerEvents::publish(const MembershipChange &change, Time now) {
    const auto kind = event_kind(change.kind);
    if (!kind) return;
    Event event;
    event.kind = *kind;
    event.topology = topology_;
    event.peer = names_.text(change.name);
    if (sources_.knows(change.source)) event.source = sources_[change.source].name;
    std::string reason = reasons_.change(change, now);
    PeerView peer;
    attributes_.clear();
    if (membership_.records().describe(change.record, peer, attributes_)) {
        event.key = peer.key;
        event.attributes = peer.attributes;
    }
    if (change.kind == ChangeKind::collision) {
        reason = collision_text(change, peer.key);
        event.attributes = {};
    }
    event.reason = reason;
    bus_.publish(event, now);
    if (change.kind != ChangeKind::lost) return;
    lost_.push_back({std::string{event.peer}, std::move(reason), now});
    if (lost_.size() > most_lost) lost_.pop_front();
}

std::string PeerEvents::collision_text(const MembershipChange &change, std::string_view key) const {
    PeerView other;
    std::vector<AttributeView> unused;
    if (!membership_.records().describe(change.other, other, unused)) return {};
    return "the keys \"" + std::string{other.key} + "\" and \"" + std::string{key} + "\" have one name";
}

std::string_view PeerEvents::last_words(std::string_view name) const {
    for (auto last = lost_.rbegin(); last != lost_.rend(); ++last) {
        if (last->name == name) return last->reason;
    }
    return {};
}

std::string PeerEvents::lost(std::string_view name, Time now) const {
    for (auto last = lost_.rbegin(); last != lost_.rend(); ++last) {
        if (last->name == name) return "lost " + duration_text(now - last->at) + " ago: " + last->reason;
    }
    return {};
}

} // namespace kith::core
