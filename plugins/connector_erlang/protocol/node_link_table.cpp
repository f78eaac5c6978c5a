// SPDX-License-Identifier: MIT
#include "node_link_table.hpp"

#include "node_name_pattern.hpp"
#include "tool_names.hpp"

#include <algorithm>
#include <utility>

namespace kith::erlang {

bool NodeLinkTable::is_peer(const std::string &name, LinkType type) const {
    if (std::any_of(ignored_.begin(), ignored_.end(), [&name](const auto &pattern) { return matches(pattern, name); }))
        return false;
    if (is_tool(name)) return false;
    const bool certain = custom_list_ || type != LinkType::hidden || expected_.contains(name);
    return certain || !may_be_tool(name);
}

void NodeLinkTable::put(const std::string &name, LinkType type) {
    if (is_peer(name, type)) {
        peers_[name] = type;
        history_.was_up(name);
    } else {
        others_[name] = type;
    }
}

void NodeLinkTable::expect(const std::string &name) {
    if (may_be_tool(name)) expected_.insert(name);
}

void NodeLinkTable::replace(const std::vector<std::string> &visible, const std::vector<std::string> &hidden) {
    peers_.clear();
    others_.clear();
    for (const auto &name : visible) put(name, LinkType::visible);
    for (const auto &name : hidden) put(name, LinkType::hidden);
}

void NodeLinkTable::replace(const std::vector<std::string> &names) {
    const Links peers = std::exchange(peers_, {});
    const Links others = std::exchange(others_, {});
    for (const auto &name : names) {
        const auto peer = peers.find(name);
        const auto other = others.find(name);
        put(name, peer != peers.end() ? peer->second : other != others.end() ? other->second : LinkType::unknown);
    }
}

bool NodeLinkTable::add(const std::string &name, LinkType type, Time now) {
    if (!is_peer(name, type)) {
        others_[name] = type;
        return false;
    }
    if (!peers_.emplace(name, type).second) return false;
    history_.up(name, now);
    return true;
}

std::optional<LinkType> NodeLinkTable::become_peer(const std::string &name, Time now) {
    const auto other = others_.find(name);
    if (other == others_.end() || !is_peer(name, other->second)) return std::nullopt;
    const LinkType type = other->second;
    others_.erase(other);
    if (!add(name, type, now)) return std::nullopt;
    return type;
}

std::optional<std::string> NodeLinkTable::remove(const std::string &name, Time now, std::string_view why, std::string_view node,
                                                 std::chrono::seconds tick_time) {
    others_.erase(name);
    if (peers_.erase(name) == 0) return std::nullopt;
    return history_.down(name, now, why, node, tick_time);
}

void NodeLinkTable::clear() {
    peers_.clear();
    others_.clear();
    history_.out_of_sight();
}

} // namespace kith::erlang
