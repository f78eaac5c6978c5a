// SPDX-License-Identifier: MIT
#include <core/cluster/base/hash.hpp>
#include <core/cluster/membership/observation_matcher.hpp>
#include <core/cluster/membership/record_table.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

namespace kith::core {

namespace {

struct KeyViewHash {
    std::size_t operator()(std::string_view key) const { return hash_bytes(key); }
};

Status repeated_key(const PeerView &peer) {
    return {KITH_INVALID, "the key \"" + std::string{peer.key} + "\" is there twice; a key stands for one peer"};
}

} // namespace

// Fills looked_up_. Each step is done for all of these peers, so that their memory accesses overlap.
void ObservationMatcher::look_up(const RecordTable &records, SourceId source, std::span<const PeerView> peers) {
    std::array<std::size_t, std::tuple_size_v<decltype(looked_up_)>> hashes;
    const KeyIndex &keys = records.keys(source);
    for (std::size_t i = 0; i < peers.size(); ++i) keys.prefetch(hashes[i] = hash_bytes(peers[i].key));
    for (std::size_t i = 0; i < peers.size(); ++i) {
        looked_up_[i] = RecordId{keys.candidate(hashes[i])};
        if (looked_up_[i] != RecordId::none) __builtin_prefetch(&records[looked_up_[i]], 1);
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (looked_up_[i] != RecordId::none) records[looked_up_[i]].peer.prefetch();
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
        const std::string_view key = peers[i].key;
        if (looked_up_[i] == RecordId::none || records[looked_up_[i]].peer.key() == key) continue;
        looked_up_[i] =
            RecordId{keys.find(hashes[i], [&](std::uint32_t id) { return records[RecordId{id}].peer.key() == key; })};
    }
}

Status ObservationMatcher::match(RecordTable &records, SourceId source, std::span<const PeerView> peers) {
    records.begin_observation();
    matches_.clear();
    matches_.reserve(peers.size());
    boost::unordered_flat_set<std::string_view, KeyViewHash> new_keys;
    // An unchanged set is usually in the same order as before, so the next record is tried before the index.
    RecordId expected = records.first(source);
    for (std::size_t i = 0; i < peers.size();) {
        std::size_t batch = 1;
        if (expected != RecordId::none && records[expected].peer.key() == peers[i].key) {
            looked_up_[0] = expected;
        } else {
            batch = std::min(looked_up_.size(), peers.size() - i);
            look_up(records, source, peers.subspan(i, batch));
        }
        for (std::size_t j = 0; j < batch; ++j, ++i) {
            const PeerView &peer = peers[i];
            const RecordId id = looked_up_[j];
            if (id == RecordId::none) {
                if (peer.key.empty()) return {KITH_INVALID, "a peer has no key"};
                if (!new_keys.insert(peer.key).second) return repeated_key(peer);
                matches_.push_back({id, false, false});
                continue;
            }
            if (records.observed(id)) return repeated_key(peer);
            records.mark_observed(id);
            const Record &known = records[id];
            matches_.push_back(
                {id, known.peer.equals(peer), known.presence == Presence::present && known.entry != MemberId::none});
            expected = known.order.next;
        }
    }
    new_keys_ = new_keys.size();
    return {};
}

} // namespace kith::core
