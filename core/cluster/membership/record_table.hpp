// SPDX-License-Identifier: MIT
//
// What each source said of each key. A record is present, or missing from its source's last observations, or remembered from before a
// restart. Knows no policy, and of names only which entry a record claims.
#pragma once

#include <core/cluster/membership/absence_list.hpp>
#include <core/cluster/membership/eviction_list.hpp>
#include <core/cluster/membership/id_pool.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/intrusive_id_list.hpp>
#include <core/cluster/membership/key_index.hpp>
#include <core/cluster/membership/lease_queue.hpp>
#include <core/cluster/membership/packed_peer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kith::core {

// free -> present <-> missing; free -> remembered -> present; free -> ghost. Each ends as free.
enum class Presence : std::uint8_t {
    free,       // its number stands for nothing
    present,    // its source has it
    missing,    // its source does not have it any more
    ghost,      // the same; it is what a key stood for before it got another name, and is not found by its key
    remembered, // its source had it before a restart, and has not looked since
};

// Aligned, so that what a comparison looks at is in one line of the cache.
struct alignas(64) Record {
    PackedPeer peer;
    IdLinks<RecordId> order; // of its source, in the order they were found
    SourceId source{};
    MemberId entry = MemberId::none; // the name that it claims
    std::uint32_t mark = 0;          // of the last observation that had it
    Presence presence = Presence::free;
};

class RecordTable {
  public:
    SourceId add_source();
    std::size_t sources() const { return by_source_.size(); }

    // -- records --
    Record &operator[](RecordId id) { return records_[id]; }
    const Record &operator[](RecordId id) const { return records_[id]; }
    // By its key; none for an unknown one.
    RecordId find(SourceId source, std::string_view key) const;
    // presence: present or remembered. The source has no record with this key.
    RecordId add(SourceId source, const PeerView &peer, Presence presence);
    // A ghost of what this record says at present.
    RecordId add_ghost(RecordId of, const Absence &absence);
    // present -> missing
    void make_missing(RecordId id, const Absence &absence);
    // missing, remembered -> present
    void make_present(RecordId id);
    // Answers what it said. Its number is used again.
    PackedPeer remove(RecordId id);
    // As it was observed last; the attributes are appended. False when it says nothing.
    bool describe(RecordId id, PeerView &peer, std::vector<AttributeView> &attributes) const;

    // -- the observation that is being looked at --
    void begin_observation() { ++mark_; }
    bool observed(RecordId id) const { return records_[id].mark == mark_; }
    void mark_observed(RecordId id) { records_[id].mark = mark_; }

    // -- sets of records --
    // Those of a source in the order they were found, without ghosts. The function may remove the record that it is called for.
    template <typename Function>
    void each(SourceId source, Function function) const {
        of(source).order.each(records_, function);
    }
    RecordId first(SourceId source) const { return of(source).order.first(); }
    const KeyIndex &keys(SourceId source) const { return of(source).keys; }
    const AbsenceList &absences() const { return absences_; }
    EvictionList &learnt() { return eviction_list_; }
    LeaseQueue &leases() { return leases_; }

    // -- how many --
    std::size_t size() const { return records_.in_use(); }
    std::size_t present() const { return present_; }
    std::size_t present(SourceId source) const { return of(source).present; }
    std::size_t remembered() const { return remembered_; }
    std::size_t remembered(SourceId source) const { return of(source).remembered; }

  private:
    struct SourceRecords {
        KeyIndex keys;
        IntrusiveIdList<RecordId, &Record::order> order;
        std::size_t present = 0;
        std::size_t remembered = 0;
    };
    SourceRecords &of(SourceId source) { return by_source_[index_of(source)]; }
    const SourceRecords &of(SourceId source) const { return by_source_[index_of(source)]; }
    // One of this presence comes (+1) or goes (-1).
    void count(SourceId source, Presence presence, std::ptrdiff_t by);

    IdPool<Record, RecordId> records_;
    std::vector<SourceRecords> by_source_;
    AbsenceList absences_;
    EvictionList eviction_list_;
    LeaseQueue leases_;
    std::size_t present_ = 0;
    std::size_t remembered_ = 0;
    std::uint32_t mark_ = 0;
};

} // namespace kith::core
