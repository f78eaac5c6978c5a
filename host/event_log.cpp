// SPDX-License-Identifier: MIT
#include "event_log.hpp"

#include <kith/hosting/status.hpp>
#include <kith/service/log.h>

#include <array>
#include <charconv>

namespace kith::app {

namespace {

struct LogMessage {
    std::uint32_t level;
    std::string_view text;
};

// By kind, KITH_EVENT_...
constexpr std::array<LogMessage, core::event_kinds> messages = {{
    {KITH_LOG_INFO, "topology started"},
    {KITH_LOG_INFO, "topology stopped"},
    {KITH_LOG_WARNING, "topology is stale: it keeps the last known peers"},
    {KITH_LOG_INFO, "topology is fresh again"},
    {KITH_LOG_INFO, "topology is ready"},
    {KITH_LOG_DEBUG, "discovery succeeded"},
    {KITH_LOG_WARNING, "discovery failed"},
    {KITH_LOG_INFO, "peer discovered"},
    {KITH_LOG_INFO, "peer updated"},
    {KITH_LOG_WARNING, "two peers have the same name"},
    {KITH_LOG_INFO, "peer is missing"},
    {KITH_LOG_WARNING, "removal of peers is on hold"},
    {KITH_LOG_INFO, "peer lost"},
    {KITH_LOG_INFO, "attached to the node"},
    {KITH_LOG_WARNING, "not attached to the node"},
    {KITH_LOG_DEBUG, "connecting"},
    {KITH_LOG_INFO, "connected"},
    {KITH_LOG_WARNING, "could not connect"},
    {KITH_LOG_INFO, "disconnected"},
    {KITH_LOG_WARNING, "could not disconnect"},
    {KITH_LOG_INFO, "link is up"},
    {KITH_LOG_INFO, "link is down"},
    {KITH_LOG_DEBUG, "plugin loaded"},
    {KITH_LOG_ERROR, "plugin refused"},
    {KITH_LOG_WARNING, "plugin stalled the loop"},
    {KITH_LOG_ERROR, "plugin failed"},
    {KITH_LOG_WARNING, "events were lost"},
    {KITH_LOG_INFO, "configuration reloaded"},
    {KITH_LOG_ERROR, "configuration refused"},
    {KITH_LOG_WARNING, "security warning"},
    {KITH_LOG_WARNING, "plugin file changed"},
    {KITH_LOG_WARNING, "topology is paused"},
    {KITH_LOG_INFO, "topology is resumed"},
    {KITH_LOG_WARNING, "held removals are confirmed"},
    {KITH_LOG_WARNING, "messages were lost"},
    {KITH_LOG_ERROR, "plugin crashed"},
    {KITH_LOG_ERROR, "plugin is in quarantine"},
    {KITH_LOG_INFO, "plugin replaced"},
}};

const LogMessage &message_of(std::uint32_t kind) {
    static constexpr LogMessage unknown{KITH_LOG_INFO, "event"};
    return kind < messages.size() ? messages[kind] : unknown;
}

kith_str borrow(std::string_view text) { return {text.data(), text.size()}; }

} // namespace

std::string_view EventLog::new_left_out(const core::StoredEvent &event) {
    constexpr std::string_view name = "\"left_out\":"; // a text in JSON does not contain it: its quotes have backslashes
    const std::string_view json = event.json();
    const auto at = json.find(name);
    const std::string_view number = at == std::string_view::npos
                                        ? std::string_view()
                                        : json.substr(at + name.size(), json.find_first_of(",}", at) - at - name.size());
    std::string now = number.empty() ? std::string() : std::string(number).append(" ").append(event.reason());
    std::string &known = left_out_[std::string(event.topology()).append("/").append(event.source())];
    const bool same = known == now;
    known = std::move(now);
    return same ? std::string_view() : number;
}

void EventLog::write(const core::StoredEvent &event) {
    LogMessage message = message_of(event.kind());
    std::string_view left_out;
    if (event.kind() == KITH_EVENT_OBSERVATION_OK) left_out = new_left_out(event);
    if (!left_out.empty()) message = {KITH_LOG_INFO, "discovery left out what is not a peer"};
    if (message.level < logger_.level()) return;
    std::array<kith_attribute, 8> fields;
    std::uint32_t count = 0;
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) fields[count++] = {borrow(name), borrow(value)};
    };
    char duration[32];
    add("topology", event.topology());
    add("connector", event.connector());
    add("source", event.source());
    add("peer", event.peer());
    if (event.status() != KITH_OK) add("status", status_slug(event.status()));
    add("left_out", left_out);
    add("reason", event.reason());
    if (event.duration() != 0) {
        const auto end = std::to_chars(duration, duration + sizeof duration, static_cast<double>(event.duration()) / 1e6,
                                       std::chars_format::fixed, 1);
        add("duration_ms", {duration, static_cast<std::size_t>(end.ptr - duration)});
    }
    logger_.write(message.level, {}, message.text, {fields.data(), count});
}

} // namespace kith::app
