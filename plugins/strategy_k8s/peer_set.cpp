// SPDX-License-Identifier: MIT
#include "peer_set.hpp"

#include <algorithm>
#include <functional>

namespace k8s {

PeerSet::Family PeerSet::family(const Object &object) {
    if (object.family == "IPv6") return Family::ipv6;
    return object.family == "IPv4" ? Family::ipv4 : Family::any;
}

void PeerSet::begin() {
    listing_.clear();
    found_ = {};
    found_ipv6_ = {};
    omitted_ = {};
}

void PeerSet::add(const Object &object) {
    ObjectPeers holding;
    holding.family = family(object);
    auto &found = holding.family == Family::ipv6 ? found_ipv6_ : found_;
    holding.peers.reserve(object.addresses.size());
    PeerKeys once;
    if (object.addresses.size() > 1) { // a pod has one address, so it has no duplicates
        if (object.addresses.size() > found.size()) found.reserve(object.addresses.size());
        once.reserve(object.addresses.size());
    }
    find_peers(object, naming_, omitted_, [&](const PeerView &one) {
        holding.peers.push_back({PeerKey(one.key), one.digest()});
        if (object.addresses.size() > 1 && !once.insert(holding.peers.back().key).second) {
            holding.peers.pop_back();
            ++omitted_[static_cast<std::size_t>(Omission::doubled)];
        } else {
            one.append_to(found);
        }
    });
    check_truncated(object, holding);
    if (holding.truncated || !holding.peers.empty()) listing_.insert_or_assign(object.name, std::move(holding));
}

// Records the addresses that truncated Endpoints list as not ready: they are missing, not unknown.
void PeerSet::check_truncated(const Object &object, ObjectPeers &holding) {
    if (!object.truncated) return;
    holding.truncated = true;
    holding.not_peers = std::make_unique<PeerKeys>();
    PeerKeys peers;
    for (const auto &held : holding.peers) peers.insert(held.key);
    for (const auto &address : object.addresses) {
        PeerKey key(key_of(object, address));
        if (!peers.contains(key)) holding.not_peers->insert(std::move(key));
    }
}

// Appends to truncated Endpoints the peers that they listed before and do not mention now.
void PeerSet::keep_unlisted_peers(const ObjectPeers &before, ObjectPeers &after) {
    if (!after.truncated) return;
    PeerKeys peers;
    after.peers.reserve(after.peers.size() + before.peers.size());
    for (const auto &held : after.peers) peers.insert(held.key);
    std::size_t kept = 0;
    for (const auto &held : before.peers) {
        if (kept == max_unlisted) break;
        if (peers.contains(held.key) || after.not_peers->contains(held.key)) continue;
        after.peers.push_back(held);
        ++kept;
    }
}

// For a Service with two address families only IPv4 is used, since a node has one name.
ListedPeers PeerSet::end() {
    ListedPeers out;
    out.omitted = omitted_;
    chosen_ = found_.empty() ? Family::ipv6 : Family::ipv4;
    if (found_.empty()) {
        std::swap(found_, found_ipv6_);
    } else if (!found_ipv6_.empty()) {
        std::unordered_set<std::string_view> with_ipv4;
        with_ipv4.reserve(found_.size());
        for (const auto &peer : found_.all()) with_ipv4.insert(kith::view(peer.key));
        for (const auto &peer : found_ipv6_.all()) {
            const auto why = with_ipv4.contains(kith::view(peer.key)) ? Omission::other_family : Omission::no_ipv4;
            ++out.omitted[static_cast<std::size_t>(why)];
        }
        std::erase_if(listing_, [](const auto &one) { return one.second.family == Family::ipv6; });
    }

    truncated_.clear();
    for (auto &[name, holding] : listing_) {
        if (!holding.truncated) continue;
        truncated_.insert(name);
        if (const auto before = known_.find(name); before != known_.end()) keep_unlisted_peers(before->second, holding);
        holding.not_peers.reset();
    }
    if (listing_.size() > 1 || !known_.empty()) compare(out); // else nobody can be there twice, nor missing
    out.peers = std::move(found_);
    known_ = std::move(listing_);
    begin();
    return out;
}

// Who is in several objects counts once; who was there before and is not now is missing.
void PeerSet::compare(ListedPeers &out) {
    PeerKeys keys;
    keys.reserve(found_.size());
    std::vector<bool> doubled;
    doubled.reserve(found_.size());
    for (const auto &peer : found_.all()) doubled.push_back(!keys.emplace(kith::view(peer.key)).second);
    out.omitted[static_cast<std::size_t>(Omission::doubled)] += static_cast<std::uint32_t>(found_.size() - keys.size());
    for (const auto &name : truncated_) {
        for (const auto &held : listing_.at(name).peers) keys.insert(held.key);
    }
    for (const auto &[name, holding] : known_) {
        for (const auto &held : holding.peers) {
            if (!keys.contains(held.key)) out.missing.push_back(held.key.text());
        }
    }
    keys.clear();
    found_.erase_if([&doubled, i = std::size_t{0}](const kith_peer &) mutable { return doubled[i++]; });
}

bool PeerSet::is_in_other_object(const PeerKey &key, const std::string &but) const {
    if (lookup_ == Lookup::pods) return false; // a pod stands for itself
    return std::ranges::any_of(known_, [&](const auto &one) {
        return one.first != but &&
               std::ranges::any_of(one.second.peers, [&](const PeerDigest &held) { return held.key == key; });
    });
}

PeerSet::Applied PeerSet::apply(const Event &event, Changes &changes) {
    const Object &object = event.object;
    const Family of = family(object);
    if (of == Family::ipv4 && chosen_ == Family::ipv6) return Applied::list_again;
    if (of == Family::ipv6 && chosen_ == Family::ipv4) return Applied::yes;

    const auto known = known_.find(object.name);
    static const ObjectPeers none;
    const ObjectPeers &holding = known == known_.end() ? none : known->second;
    const auto &before = holding.peers;
    std::unordered_map<PeerKey, std::uint64_t, PeerKeyHash> had;
    for (const auto &held : before) had.emplace(held.key, held.digest);

    ObjectPeers after;
    after.family = of;
    Omissions omitted{};
    std::vector<kith::peer> upserted;
    PeerKeys seen;
    const auto found = [&](const PeerView &one) {
        const PeerKey key(one.key);
        if (!seen.insert(key).second) return;
        after.peers.push_back({key, one.digest()});
        const auto old = had.find(key);
        if (old == had.end() || old->second != after.peers.back().digest) one.append_to(upserted);
    };
    if (event.kind != Event::Kind::deleted) {
        find_peers(object, naming_, omitted, found);
        check_truncated(object, after);
        keep_unlisted_peers(holding, after);
        for (const auto &held : after.peers) seen.insert(held.key);
        after.not_peers.reset();
    }
    std::vector<std::string> gone;
    for (const auto &held : before) {
        if (!seen.contains(held.key) && !is_in_other_object(held.key, object.name)) gone.push_back(held.key.text());
    }
    const auto touched = [&](const std::string &key) { return changes.touched.contains(key); };
    if (std::ranges::any_of(upserted, [&](const auto &peer) { return touched(peer.key); }) ||
        std::ranges::any_of(gone, touched))
        return Applied::not_yet;

    // A pod that was deleted or has finished has left. A watch with a selector also reports a pod as deleted that no longer matches; only a
    // really deleted pod has a deletionTimestamp. A pod that no longer matches, and an address that a Service no longer lists, can return,
    // so they are missing.
    const bool deleted = event.kind == Event::Kind::deleted;
    const bool finished = object.phase == "Succeeded" || object.phase == "Failed";
    const bool fact = lookup_ == Lookup::pods && (finished || (deleted && object.deleting));
    for (auto &key : gone) {
        changes.touched.insert(key);
        if (lookup_ == Lookup::pods && deleted && !fact) ++changes.unselected;
        (fact ? changes.left : changes.missing).push_back(std::move(key));
    }
    for (auto &peer : upserted) {
        changes.touched.insert(peer.key);
        changes.upserted.push_back(std::move(peer));
    }
    if (after.truncated ? truncated_.insert(object.name).second : truncated_.erase(object.name) != 0) changes.truncated = true;
    if (after.peers.empty() && !after.truncated) {
        known_.erase(object.name);
    } else {
        known_.insert_or_assign(object.name, std::move(after));
    }
    return Applied::yes;
}

} // namespace k8s
