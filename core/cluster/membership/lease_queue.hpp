// SPDX-License-Identifier: MIT
//
// The leases of the records of all sources, each on the hearing clock of its source.
//
// A lease that is renewed, ended or forgotten leaves its entry in the queue; when that one is due, it is passed over or put in again.
#pragma once

#include <core/cluster/base/deadline_queue.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/id_map.hpp>
#include <core/cluster/membership/ids.hpp>

#include <utility>
#include <vector>

namespace kith::core {

class LeaseQueue {
  public:
    void add_source() { queues_.emplace_back(); }

    // The record's lease begins or is renewed. ends: never for a record without one, whose ttl is 0.
    void renew(SourceId source, RecordId record, Time ttl, Time ends) {
        if (ttl == 0 && std::as_const(leases_)[record].ttl == 0) return; // it has none and had none
        Lease &lease = leases_[record];
        lease.ttl = ttl;
        lease.ends = ends;
        lease.source = source;
        if (ends >= lease.queued) return;
        lease.queued = ends;
        queues_[index_of(source)].add(ends, static_cast<std::uint32_t>(record));
    }
    // It does not run out any more: the record is not present.
    void end(RecordId record);
    // The record's number may stand for another one from now on.
    void forget(RecordId record) { leases_.reset(record); }
    // As its source reported it last.
    Time ttl(RecordId record) const { return leases_[record].ttl; }

    // Some lease of this source may have run out at this time of its hearing clock.
    bool due(SourceId source, Time hearing) const { return queues_[index_of(source)].next() <= hearing; }
    // The next record of this source whose lease has run out at this time of its hearing clock; none when there is no more. Its lease is
    // ended.
    RecordId take_expired(SourceId source, Time hearing);
    // Keeps the queue of a source in proportion to its records.
    void trim(SourceId source, std::size_t records) {
        if (queues_[index_of(source)].size() > 2 * records + 64) prune(source);
    }

  private:
    void prune(SourceId source);

    struct Lease {
        Time ttl = 0;
        Time ends = never;
        Time queued = never; // the entry in the queue that counts
        SourceId source{};
    };

    IdMap<Lease, RecordId> leases_;
    std::vector<DeadlineQueue> queues_; // by source
};

} // namespace kith::core
