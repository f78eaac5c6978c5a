// SPDX-License-Identifier: MIT
//
// The last report of each source about each key. A record is present, or missing from its source's last observations, or
// remembered from before a restart. The table contains no policy, and of names only which entry a record claims.
#pragma once

#include <core/cluster/membership/absence_list.hpp>
#include <core/cluster/membership/evictable_records.hpp>
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
    free,       // the number is unused
    present,    // its source reports it
    missing,    // its source does not report it any more
    ghost,      // as missing; the peer of a key before the key got another name. It is not found by its key
    remembered, // its source reported it before a restart, and has not reported since
};

// Aligned, so that a comparison reads one cache line.
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
    // Finds a record by its key; none for an unknown key.
    RecordId find(SourceId source, std::string_view key) const;
    // presence: present or remembered. The source has no record with this key.
    RecordId add(SourceId source, const PeerView &peer, Presence presence);
    // Adds a ghost with the present peer of this record.
    RecordId add_ghost(RecordId of, const Absence &absence);
    // present -> missing
    void make_missing(RecordId id, const Absence &absence);
    // missing, remembered -> present
    void make_present(RecordId id);
    // Removes the record and returns its peer. The number is reused.
    PackedPeer remove(RecordId id);
    // The peer as it was observed last; the attributes are appended. False for an unused number.
    bool describe(RecordId id, PeerView &peer, std::vector<AttributeView> &attributes) const;

    // -- the current observation --
    void begin_observation() { ++mark_; }
    bool observed(RecordId id) const { return records_[id].mark == mark_; }
    void mark_observed(RecordId id) { records_[id].mark = mark_; }

    // -- runs: another instance observes for the source --
    void begin_run(SourceId source);
    void end_former_run(SourceId source) { of(source).has_former_run = false; }
    // Whether records may be present that the source has not reported since begin_run.
    bool has_former_run(SourceId source) const { return of(source).has_former_run; }
    bool of_former_run(RecordId id) const;

    // -- sets of records --
    // The records of a source in the order of their discovery, without ghosts. The function may remove the record that is
    // passed to it.
    template <typename Function>
    void each(SourceId source, Function function) const {
        of(source).order.each(records_, function);
    }
    RecordId first(SourceId source) const { return of(source).order.first(); }
    const KeyIndex &keys(SourceId source) const { return of(source).keys; }
    const AbsenceList &absences() const { return absences_; }
    void postpone_absences(Time from, Time to) { absences_.postpone(from, to); }
    EvictableRecords &learnt() { return evictable_records_; }
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
        std::uint32_t run_mark = 0; // of the last observation before the present run
        bool has_former_run = false;
    };
    SourceRecords &of(SourceId source) { return by_source_[index_of(source)]; }
    const SourceRecords &of(SourceId source) const { return by_source_[index_of(source)]; }
    // Counts a record of this presence that was added (+1) or removed (-1).
    void count(SourceId source, Presence presence, std::ptrdiff_t by);

    IdPool<Record, RecordId> records_;
    std::vector<SourceRecords> by_source_;
    AbsenceList absences_;
    EvictableRecords evictable_records_;
    LeaseQueue leases_;
    std::size_t present_ = 0;
    std::size_t remembered_ = 0;
    std::uint32_t mark_ = 0;
};

} // namespace kith::core
