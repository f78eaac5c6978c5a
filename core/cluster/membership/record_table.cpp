// SPDX-License-Identifier: MIT
#include <core/cluster/base/hash.hpp>
#include <core/cluster/membership/record_table.hpp>

#include <span>
#include <utility>

namespace kith::core {

SourceId RecordTable::add_source() {
    by_source_.emplace_back();
    absences_.add_source();
    leases_.add_source();
    return static_cast<SourceId>(by_source_.size() - 1);
}

void RecordTable::begin_run(SourceId source) {
    of(source).run_mark = mark_;
    of(source).has_former_run = of(source).present != 0;
}

// Marks may wrap around.
bool RecordTable::of_former_run(RecordId id) const {
    return static_cast<std::int32_t>(records_[id].mark - of(records_[id].source).run_mark) <= 0;
}

RecordId RecordTable::find(SourceId source, std::string_view key) const {
    return RecordId{
        of(source).keys.find(hash_bytes(key), [&](std::uint32_t id) { return records_[RecordId{id}].peer.key() == key; })};
}

RecordId RecordTable::add(SourceId source, const PeerView &peer, Presence presence) {
    const RecordId id = records_.acquire();
    Record &record = records_[id];
    record.peer = PackedPeer{peer};
    record.source = source;
    record.mark = mark_;
    record.presence = presence;
    of(source).order.append(records_, id);
    of(source).keys.insert(hash_bytes(peer.key), static_cast<std::uint32_t>(id));
    count(source, presence, 1);
    return id;
}

RecordId RecordTable::add_ghost(RecordId of, const Absence &absence) {
    const RecordId id = records_.acquire();
    PeerView peer;
    std::vector<AttributeView> attributes;
    describe(of, peer, attributes);
    Record &ghost = records_[id];
    ghost.peer = PackedPeer{peer};
    ghost.source = records_[of].source;
    ghost.presence = Presence::ghost;
    absences_.add(ghost.source, id, absence);
    return id;
}

void RecordTable::make_missing(RecordId id, const Absence &absence) {
    Record &record = records_[id];
    count(record.source, record.presence, -1);
    record.presence = Presence::missing;
    absences_.add(record.source, id, absence);
    leases_.end(id);
}

void RecordTable::make_present(RecordId id) {
    Record &record = records_[id];
    if (record.presence == Presence::missing) absences_.remove(record.source, id);
    count(record.source, record.presence, -1);
    record.presence = Presence::present;
    count(record.source, record.presence, 1);
}

PackedPeer RecordTable::remove(RecordId id) {
    Record &record = records_[id];
    if (record.presence == Presence::missing || record.presence == Presence::ghost) absences_.remove(record.source, id);
    if (record.presence != Presence::ghost) {
        of(record.source).keys.erase(hash_bytes(record.peer.key()), static_cast<std::uint32_t>(id));
        of(record.source).order.remove(records_, id);
    }
    count(record.source, record.presence, -1);
    evictable_records_.remove(id);
    leases_.forget(id);
    PackedPeer last = std::move(record.peer);
    records_.release(id);
    return last;
}

bool RecordTable::describe(RecordId id, PeerView &peer, std::vector<AttributeView> &attributes) const {
    if (id == RecordId::none || !records_[id].peer) return false;
    const PackedPeer &said = records_[id].peer;
    const std::size_t begin = attributes.size();
    said.attributes(attributes);
    peer = {said.key(), said.name(), std::span{attributes}.subspan(begin), leases_.ttl(id)};
    return true;
}

void RecordTable::count(SourceId source, Presence presence, std::ptrdiff_t by) {
    if (presence == Presence::present) {
        of(source).present += static_cast<std::size_t>(by);
        present_ += static_cast<std::size_t>(by);
    } else if (presence == Presence::remembered) {
        of(source).remembered += static_cast<std::size_t>(by);
        remembered_ += static_cast<std::size_t>(by);
    }
}

} // namespace kith::core
