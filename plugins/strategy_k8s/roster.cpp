// SPDX-License-Identifier: MIT
#include "roster.hpp"

#include <algorithm>
#include <functional>

namespace k8s {

Roster::Family Roster::family(const Object &object) {
    if (object.family == "IPv6") return Family::ipv6;
    return object.family == "IPv4" ? Family::ipv4 : Family::any;
}

void Roster::begin() {
    listing_.clear();
    found_ = {};
    found_ipv6_ = {};
    omitted_ = {};
}

void Roster::add(const Object &object) {
    Holding holding{family(object), {}};
    auto &found = holding.family == Family::ipv6 ? found_ipv6_ : found_;
    holding.peers.reserve(object.addresses.size()); // none is moved, so that views of their keys stay good
    std::unordered_set<std::string_view> once;
    if (object.addresses.size() > 1) { // a pod is one
        if (object.addresses.size() > found.size()) found.reserve(object.addresses.size());
        once.reserve(object.addresses.size());
    }
    find_peers(object, naming_, omitted_, [&](const Named &one) {
        holding.peers.push_back({std::string(one.key), one.digest()});
        if (object.addresses.size() > 1 && !once.insert(holding.peers.back().key).second) {
            holding.peers.pop_back();
            ++omitted_[static_cast<std::size_t>(Omission::doubled)];
        } else {
            one.append_to(found);
        }
    });
    if (!holding.peers.empty()) listing_.insert_or_assign(object.name, std::move(holding));
}

// Of a Service with two families only IPv4 is looked at: a node has one name.
Listed Roster::end() {
    Listed out;
    out.omitted = omitted_;
    chosen_ = found_.empty() ? Family::ipv6 : Family::ipv4;
    if (found_.empty()) {
        std::swap(found_, found_ipv6_);
    } else if (!found_ipv6_.empty()) {
        out.omitted[static_cast<std::size_t>(Omission::other_family)] += static_cast<std::uint32_t>(found_ipv6_.size());
        std::erase_if(listing_, [](const auto &one) { return one.second.family == Family::ipv6; });
    }

    if (listing_.size() > 1 || !known_.empty()) compare(out); // else nobody can be there twice, nor missing
    out.peers = std::move(found_);
    known_ = std::move(listing_);
    begin();
    return out;
}

// Who is in several objects counts once; who was there before and is not now is missing.
void Roster::compare(Listed &out) {
    std::unordered_set<std::string_view> keys;
    keys.reserve(found_.size());
    std::vector<bool> doubled;
    doubled.reserve(found_.size());
    for (const auto &peer : found_.all()) doubled.push_back(!keys.insert(kith::view(peer.key)).second);
    for (const auto &[name, holding] : known_) {
        for (const auto &held : holding.peers) {
            if (!keys.contains(held.key)) out.missing.push_back(held.key);
        }
    }
    out.omitted[static_cast<std::size_t>(Omission::doubled)] += static_cast<std::uint32_t>(found_.size() - keys.size());
    keys.clear();
    found_.erase_if([&doubled, i = std::size_t{0}](const kith_peer &) mutable { return doubled[i++]; });
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

    const auto known = known_.find(object.name);
    static const std::vector<Held> none;
    const std::vector<Held> &before = known == known_.end() ? none : known->second.peers;
    std::unordered_map<std::string_view, std::uint64_t> had;
    for (const auto &held : before) had.emplace(held.key, held.digest);

    Holding after{of, {}};
    Omissions omitted{};
    std::vector<kith::peer> upserted;
    std::unordered_set<std::string> seen;
    const auto found = [&](const Named &one) {
        if (!seen.emplace(one.key).second) return;
        after.peers.push_back({std::string(one.key), one.digest()});
        const auto old = had.find(one.key);
        if (old == had.end() || old->second != after.peers.back().digest) one.append_to(upserted);
    };
    if (event.kind != Event::Kind::deleted) find_peers(object, naming_, omitted, found);
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
