// SPDX-License-Identifier: MIT
#include "discovery_changes.hpp"

#include <core/cluster/events/event.hpp>

#include <algorithm>

namespace kith::app {

namespace {

std::string_view change_name(DiscoveryChange::Kind kind) {
    switch (kind) {
    case DiscoveryChange::Kind::observed: return "observed";
    case DiscoveryChange::Kind::added: return "added";
    case DiscoveryChange::Kind::changed: return "changed";
    case DiscoveryChange::Kind::removed: return "removed";
    case DiscoveryChange::Kind::failed: return "failed";
    }
    return "";
}

void append_change_member(std::string &out, std::string_view name, std::string_view value) {
    out += ", ";
    core::append_json_string(out, name);
    out += ": ";
    core::append_json_string(out, value);
}

bool is_of_peer(const DiscoveryChange &change) {
    return change.kind != DiscoveryChange::Kind::observed && change.kind != DiscoveryChange::Kind::failed;
}

std::string reason_of_empty(const core::DiscoveryResult &result) {
    if (result.items() == 0) return result.why_nothing();
    std::string text = "no peer remains of the " + std::to_string(result.items()) + " items that the source returned";
    for (const auto &[reason, items] : result.left_out) text += "; " + std::to_string(items) + ": " + reason;
    return text;
}

} // namespace

std::vector<DiscoveryChange> DiscoveryChanges::next(const core::DiscoveryResult &result) {
    using Kind = DiscoveryChange::Kind;
    std::vector<DiscoveryChange> out;
    SourceState &source = sources_[{result.topology, result.source}];
    if (result.status != KITH_OK) {
        source.observed = false;
        out.push_back({Kind::failed, {}, 0, result.reason});
        return out;
    }
    std::map<std::string, core::FoundPeer> now;
    for (const core::FoundPeer &peer : result.peers) now.insert_or_assign(peer.key, peer);
    if (!source.observed || (now.empty() && !source.peers.empty()))
        out.push_back({Kind::observed, {}, now.size(), now.empty() ? reason_of_empty(result) : std::string{}});
    source.observed = true;
    for (const auto &[key, peer] : source.peers) {
        if (!now.contains(key)) out.push_back({Kind::removed, peer, 0, {}});
    }
    for (const auto &[key, peer] : now) {
        const auto before = source.peers.find(key);
        if (before == source.peers.end()) {
            out.push_back({Kind::added, peer, 0, {}});
        } else if (before->second != peer) {
            out.push_back({Kind::changed, peer, 0, {}});
        }
    }
    source.peers = std::move(now);
    return out;
}

std::string change_line(const core::DiscoveryResult &result, const DiscoveryChange &change, std::int64_t wall) {
    std::string time; // "2026-11-22T23:15:00.123456Z", with quotes
    core::append_json_time(time, wall);
    std::string line = time.substr(12, 12);
    line.append(2, ' ').append(change_name(change.kind));
    line.resize(std::max<std::size_t>(line.size(), 22), ' ');
    line.append(2, ' ').append(result.topology);
    if (result.source != result.strategy) line.append(1, '/').append(result.source);
    line.append(2, ' ');
    if (is_of_peer(change)) {
        line += change.peer.name;
        if (change.peer.key != change.peer.name) line.append("  key=").append(change.peer.key);
        for (const auto &[name, value] : change.peer.attributes) line.append(1, ' ').append(name).append(1, '=').append(value);
        if (!change.peer.left_out.empty()) line.append("  (excluded: ").append(change.peer.left_out).append(1, ')');
    } else if (change.kind == DiscoveryChange::Kind::observed) {
        line += std::to_string(change.peers) + (change.peers == 1 ? " peer" : " peers");
        if (!change.reason.empty()) line.append(": ").append(change.reason);
    } else {
        line.append(change.reason).append("; the last known peers are kept");
    }
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '.');
    return line + '\n';
}

std::string change_json(const core::DiscoveryResult &result, const DiscoveryChange &change, std::int64_t wall) {
    std::string out = R"({"time": )";
    core::append_json_time(out, wall);
    append_change_member(out, "topology", result.topology);
    append_change_member(out, "source", result.source);
    append_change_member(out, "strategy", result.strategy);
    append_change_member(out, "change", change_name(change.kind));
    if (is_of_peer(change)) {
        append_change_member(out, "key", change.peer.key);
        append_change_member(out, "name", change.peer.name);
        if (!change.peer.left_out.empty()) append_change_member(out, "left_out", change.peer.left_out);
        out += R"(, "attributes": {)";
        for (const auto &attribute : change.peer.attributes) {
            if (&attribute != &change.peer.attributes.front()) out += ", ";
            core::append_json_string(out, attribute.first);
            out += ": ";
            core::append_json_string(out, attribute.second);
        }
        out += '}';
    }
    if (change.kind == DiscoveryChange::Kind::observed) out += R"(, "peers": )" + std::to_string(change.peers);
    if (!change.reason.empty()) append_change_member(out, "reason", change.reason);
    return out + "}\n";
}

} // namespace kith::app
