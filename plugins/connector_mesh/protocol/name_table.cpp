// SPDX-License-Identifier: MIT
#include "name_table.hpp"

#include <algorithm>
#include <iterator>

namespace kith::mesh {

std::uint64_t ring_hash(unsigned ring, std::string_view name) noexcept {
    constexpr std::uint64_t prime = 0x100000001b3;
    std::uint64_t hash = (0xcbf29ce484222325 ^ ring) * prime;
    for (const char byte : name) hash = (hash ^ static_cast<unsigned char>(byte)) * prime;
    // FNV mixes its low bits into the high ones poorly, and names differ in their last bytes.
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
    return hash ^ hash >> 31;
}

std::size_t NameTable::lower(const Ring &ring, std::uint64_t hash, std::string_view name) const {
    const auto at = std::ranges::partition_point(
        ring, [&](const Place &place) { return place.hash != hash ? place.hash < hash : names_[place.id] < name; });
    return static_cast<std::size_t>(at - ring.begin());
}

NodeId NameTable::intern(std::string_view name) {
    if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
    NodeId id = static_cast<NodeId>(names_.size());
    if (free_.empty()) {
        names_.emplace_back();
        hashes_.emplace_back();
        holders_.emplace_back();
    } else {
        id = free_.extract(free_.begin()).value();
    }
    names_[id] = name;
    hashes_[id] = ring_hash(0xff, name);
    ids_.emplace(names_[id], id);
    for (unsigned i = 0; i < rings_.size(); ++i) {
        const std::uint64_t hash = ring_hash(i, name);
        const auto at = static_cast<Ring::difference_type>(lower(rings_[i], hash, name));
        rings_[i].insert(rings_[i].begin() + at, {hash, id});
    }
    return id;
}

void NameTable::release(NodeId id) {
    if (--holders_[id] != 0) return;
    for (unsigned i = 0; i < rings_.size(); ++i) {
        Ring &ring = rings_[i];
        ring.erase(ring.begin() + static_cast<Ring::difference_type>(position(i, id)));
        if (ring.capacity() > 4 * ring.size() + 64) ring.shrink_to_fit();
    }
    ids_.erase(names_[id]);
    names_[id] = {};
    free_.insert(id);
    while (!free_.empty() && *free_.rbegin() + 1 == names_.size()) {
        free_.erase(std::prev(free_.end()));
        names_.pop_back();
        hashes_.pop_back();
        holders_.pop_back();
    }
}

std::optional<NodeId> NameTable::find(std::string_view name) const {
    const auto known = ids_.find(name);
    return known == ids_.end() ? std::nullopt : std::optional(known->second);
}

std::size_t NameTable::position(unsigned ring, NodeId id) const {
    return lower(rings_[ring], ring_hash(ring, names_[id]), names_[id]);
}

} // namespace kith::mesh
