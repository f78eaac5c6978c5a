// SPDX-License-Identifier: MIT
//
// The names of the kinds of events: KITH_EVENT_PEER_DISCOVERED is "peer.discovered".
#pragma once

#include <kith/service/sink.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kith {

inline constexpr std::array<std::string_view, 38> event_kind_names = {
    "topology.started", "topology.stopped",   "topology.stale",   "topology.fresh",       "topology.ready",
    "observation.ok",   "observation.failed", "peer.discovered",  "peer.updated",         "peer.collision",
    "peer.missing",     "peer.held",          "peer.lost",        "connector.attached",   "connector.detached",
    "connect.started",  "connect.succeeded",  "connect.failed",   "disconnect.succeeded", "disconnect.failed",
    "link.up",          "link.down",          "plugin.loaded",    "plugin.refused",       "plugin.stalled",
    "plugin.failed",    "events.lost",        "config.reloaded",  "config.refused",       "security.warning",
    "plugin.changed",   "topology.paused",    "topology.resumed", "removal.confirmed",    "message.lost",
    "plugin.crashed",   "plugin.quarantined", "plugin.replaced",
};
static_assert(event_kind_names[KITH_EVENT_PEER_DISCOVERED] == "peer.discovered");
static_assert(event_kind_names[KITH_EVENT_LINK_UP] == "link.up");
static_assert(event_kind_names[KITH_EVENT_MESSAGE_LOST] == "message.lost");
static_assert(event_kind_names[KITH_EVENT_PLUGIN_REPLACED] == "plugin.replaced");

/// "unknown" for an unknown number (A4).
constexpr std::string_view event_kind_name(std::uint32_t kind) noexcept {
    return kind < event_kind_names.size() ? event_kind_names[kind] : std::string_view("unknown");
}

constexpr std::optional<std::uint32_t> event_kind(std::string_view name) noexcept {
    for (std::uint32_t kind = 0; kind < event_kind_names.size(); ++kind) {
        if (event_kind_names[kind] == name) return kind;
    }
    return std::nullopt;
}

} // namespace kith
