// SPDX-License-Identifier: MIT
#include "effect_tracker.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 6> effect_names = {"no effect", "stale",           "missing",
                                                          "guarded",   "lost, link kept", "disconnected"};

Effect effect_of(std::uint32_t kind) {
    switch (kind) {
    case KITH_EVENT_TOPOLOGY_STALE: return Effect::stale;
    case KITH_EVENT_PEER_MISSING: return Effect::missing;
    case KITH_EVENT_PEER_HELD: return Effect::guarded;
    case KITH_EVENT_PEER_LOST: return Effect::lost;
    case KITH_EVENT_DISCONNECT_SUCCEEDED:
    case KITH_EVENT_DISCONNECT_FAILED: return Effect::disconnected;
    default: return Effect::none;
    }
}

} // namespace

bool EffectTracker::is_member(std::string_view peer) const {
    return std::any_of(scenario_.hosts.begin(), scenario_.hosts.end(), [&](const HostSettings &settings) {
        if (settings.group != "app") return false;
        if (peer == settings.node) return true;
        const std::string host = settings.node.substr(settings.node.find('@'));
        return settings.epmd &&
               std::any_of(settings.epmd->begin(), settings.epmd->end(), [&](const auto &name) { return peer == name + host; });
    });
}

void EffectTracker::see(const Host &host, const core::StoredEvent &event, Duration now) {
    if (host.settings().group != "app" || now < 1min) return;      // all peers are new at the start
    if (!event.peer().empty() && !is_member(event.peer())) return; // injected names may appear and disappear
    worst_ = std::max(worst_, effect_of(event.kind()));
    const bool heals = event.kind() == KITH_EVENT_PEER_DISCOVERED || event.kind() == KITH_EVENT_TOPOLOGY_FRESH;
    if (heals && now > over_) healed_ = std::max(healed_, now - over_);
}

std::string EffectTracker::text() const {
    std::string worst(effect_names[static_cast<std::size_t>(worst_)]);
    if (healed_ == Duration{}) return worst;
    for (const auto &[most, words] :
         {std::pair<Duration, const char *>{1s, "1 s"}, {5s, "5 s"}, {15s, "15 s"}, {60s, "1 min"}, {5min, "5 min"}}) {
        if (healed_ <= most) return worst + "; healed in " + words;
    }
    return worst + "; healed in " + to_text(healed_);
}

} // namespace kith::sim::test
