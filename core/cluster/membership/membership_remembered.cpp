// SPDX-License-Identifier: MIT
//
// Peers that a source is said to have had before a restart, until it has looked itself.
#include <core/cluster/membership/membership.hpp>

namespace kith::core {

void Membership::remember(std::uint32_t source, std::span<const PeerView> peers) {
    SourceState &from = sources_[source];
    if (from.looked) return;
    std::size_t all = present_;
    for (const auto &each : sources_) all += each.remembered;
    for (const PeerView &peer : peers) {
        if (all++ >= policy_.max_peers) break;
        if (peer.key.empty() || record_of(from, peer.key) != none) continue;
        const std::uint32_t id = append(source, peer, Presence::remembered);
        ++from.remembered;
        if (!naming_.name(peer, scratch_).empty()) continue; // the template has changed, and needs what it does not have
        claim(id, entry_of(scratch_));
    }
    select_sources();
}

// The source has looked, and does not have them.
void Membership::forget_remembered(std::uint32_t source, Time now) {
    SourceState &from = sources_[source];
    from.rules_at = never;
    if (from.remembered == 0) return;
    for (std::uint32_t record = from.first; record != none;) {
        const std::uint32_t next = records_[record].next;
        if (records_[record].presence == Presence::remembered) remove(record, Cause::forgotten, now);
        record = next;
    }
}

// A source that tells of its peers one by one may never say that these are all: it has `grace` from its first word.
Time Membership::rules_at(const SourceState &source) const { return source.failing || source.silent ? never : source.rules_at; }

void Membership::each_known(std::uint32_t source, const std::function<void(const PeerView &)> &function) const {
    std::vector<AttributeView> attributes;
    for (std::uint32_t id = sources_[source].first; id != none; id = records_[id].next) {
        const Record &record = records_[id];
        if (record.contribution == Contribution::nothing || record.contribution == Contribution::aside) continue;
        if (!is_member(entries_[record.entry].state)) continue;
        PeerView peer;
        attributes.clear();
        if (describe_record(id, peer, attributes)) function(peer);
    }
}

} // namespace kith::core
