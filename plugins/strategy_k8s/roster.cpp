// SPDX-License-Identifier: MIT
#include "roster.hpp"

#include <algorithm>
#include <functional>

namespace k8s {

Roster::Family Roster::family(const Object &object) {
    if (object.family == "IPv6") return Family::ipv6;
    return object.family == "IPv4" ? Family::ipv4 : Family::any;
}

std::uint64_t Roster::digest(const kith::peer &peer) {
    std::uint64_t out = 0xcbf29ce484222325; // as FNV-1a mixes
    const auto mix = [&](std::string_view text) { out = (out ^ std::hash<std::string_view>()(text)) * 0x100000001b3; };
    mix(peer.name);
    for (const auto &one : peer.attributes) {
        mix(one.name);
        mix(one.value);
    }
    return out;
}

void Roster::begin() {
    listing_.clear();
    found_.clear();
    found_ipv6_.clear();
    omitted_ = {};
}

void Roster::add(const Object &object) {
    const Family of = family(object);
    auto &found = of == Family::ipv6 ? found_ipv6_ : found_;
    const std::size_t before = found.size();
    append_peers(object, naming_, found, omitted_);
    if (found.size() == before) return;
    Holding &holding = listing_[object.name];
    holding.family = of;
    holding.peers.clear();
    std::unordered_set<std::string_view> once;
    for (std::size_t i = before; i < found.size(); ++i) {
        if (once.insert(found[i].key).second) holding.peers.push_back({found[i].key, digest(found[i])});
    }
}

// Of a Service with two families only IPv4 is looked at: a node has one name.
Listed Roster::end() {
    Listed out;
    out.omitted = omitted_;
    chosen_ = found_.empty() ? Family::ipv6 : Family::ipv4;
    if (found_.empty()) {
        found_.swap(found_ipv6_);
    } else if (!found_ipv6_.empty()) {
        out.omitted[static_cast<std::size_t>(Omission::other_family)] += static_cast<std::uint32_t>(found_ipv6_.size());
        std::erase_if(listing_, [](const auto &one) { return one.second.family == Family::ipv6; });
    }

    std::unordered_set<std::string_view> keys;
    keys.reserve(found_.size());
    std::vector<bool> doubled;
    doubled.reserve(found_.size());
    for (const auto &peer : found_) doubled.push_back(!keys.insert(peer.key).second);
    for (const auto &[name, holding] : known_) {
        for (const auto &held : holding.peers) {
            if (!keys.contains(held.key)) out.missing.push_back(held.key);
        }
    }
    out.omitted[static_cast<std::size_t>(Omission::doubled)] += static_cast<std::uint32_t>(found_.size() - keys.size());
    keys.clear();
    std::erase_if(found_, [&doubled, i = std::size_t{0}](const auto &) mutable { return doubled[i++]; });
    out.peers = std::move(found_);
    known_ = std::move(listing_);
    begin();
    return out;
}

bool Roster::held_elsewhere(const std::string &key, const std::string &but) const {
    if (lookup_ == Lookup::pods) return false; // a pod stands for itself
    return std::ranges::any_of(known_, [&](const auto &one) {
        return one.first != but && std::ranges::any_of(one.second.peers, [&](const Held &held) { return held.key == key; });
    });
}

Roster::Applied Roster::apply(const Event &event, Changes &changes) {
    const Object &object = event.object;
    const Family of = family(object);
    if (of == Family::ipv4 && chosen_ == Family::ipv6) return Applied::list_again;
    if (of == Family::ipv6 && chosen_ == Family::ipv4) return Applied::yes;

    std::vector<kith::peer> now;
    Omissions omitted{};
    if (event.kind != Event::Kind::deleted) append_peers(object, naming_, now, omitted);
    const auto known = known_.find(object.name);
    static const std::vector<Held> none;
    const std::vector<Held> &before = known == known_.end() ? none : known->second.peers;

    Holding after{of, {}};
    std::unordered_map<std::string_view, std::uint64_t> had;
    for (const auto &held : before) had.emplace(held.key, held.digest);
    std::vector<kith::peer> upserted;
    std::unordered_set<std::string_view> seen;
    for (auto &peer : now) {
        if (!seen.insert(peer.key).second) continue;
        after.peers.push_back({peer.key, digest(peer)});
        const auto old = had.find(peer.key);
        if (old == had.end() || old->second != after.peers.back().digest) upserted.push_back(peer);
    }
    std::vector<std::string> gone;
    for (const auto &held : before) {
        if (!seen.contains(held.key) && !held_elsewhere(held.key, object.name)) gone.push_back(held.key);
    }
    const auto touched = [&](const std::string &key) { return changes.touched.contains(key); };
    if (std::ranges::any_of(upserted, [&](const auto &peer) { return touched(peer.key); }) ||
        std::ranges::any_of(gone, touched))
        return Applied::not_yet;

    // That a pod was deleted or has finished is a fact. What is no longer among the addresses of a Service may be back in a moment.
    const bool fact = lookup_ == Lookup::pods &&
                      (event.kind == Event::Kind::deleted || omitted[static_cast<std::size_t>(Omission::finished)] != 0);
    for (auto &key : gone) {
        changes.touched.insert(key);
        (fact ? changes.left : changes.missing).push_back(std::move(key));
    }
    for (auto &peer : upserted) {
        changes.touched.insert(peer.key);
        changes.upserted.push_back(std::move(peer));
    }
    if (after.peers.empty()) {
        known_.erase(object.name);
    } else {
        known_.insert_or_assign(object.name, std::move(after));
    }
    return Applied::yes;
}

} // namespace k8s
