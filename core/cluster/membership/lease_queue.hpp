// SPDX-License-Identifier: MIT
//
// The leases of the records of all sources. The lease of a record runs on the hearing clock of its source.
//
// A lease that is renewed, ended or forgotten leaves its entry in the queue. When the entry is due, it is dropped or inserted
// again.
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

    // Begins or renews the lease of a record. ends: `never` for a record without a lease, whose ttl is 0.
    void renew(SourceId source, RecordId record, Time ttl, Time ends) {
        if (ttl == 0 && std::as_const(leases_)[record].ttl == 0) return; // no lease before and none now
        Lease &lease = leases_[record];
        lease.ttl = ttl;
        lease.ends = ends;
        lease.source = source;
        if (ends >= lease.queued) return;
        lease.queued = ends;
        queues_[index_of(source)].add(ends, static_cast<std::uint32_t>(record));
    }
    // Ends the lease of a record that is no longer present.
    void end(RecordId record);
    // The number of the record may be reused from now on.
    void forget(RecordId record) { leases_.reset(record); }
    // The ttl that the source reported last.
    Time ttl(RecordId record) const { return leases_[record].ttl; }

    // Whether a lease of this source may have expired at this time of its hearing clock.
    bool due(SourceId source, Time hearing) const { return queues_[index_of(source)].next() <= hearing; }
    // Ends the next lease of this source that has expired at this time of its hearing clock, and returns its record; none when
    // there is no more.
    RecordId take_expired(SourceId source, Time hearing);
    // Limits the queue of a source in proportion to its number of records.
    void trim(SourceId source, std::size_t records) {
        if (queues_[index_of(source)].size() > 2 * records + 64) prune(source);
    }

  private:
    void prune(SourceId source);

    struct Lease {
        Time ttl = 0;
        Time ends = never;
        Time queued = never; // time of the valid entry in the queue
        SourceId source{};
    };

    IdMap<Lease, RecordId> leases_;
    std::vector<DeadlineQueue> queues_; // by source
};

} // namespace kith::core
