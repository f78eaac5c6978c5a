// SPDX-License-Identifier: MIT
//
// The leases of the records of all sources, each on the hearing clock of its source.
//
// A lease that is renewed, ended or forgotten leaves its entry in the queue; when that one is due, it is passed over or put in again.
#pragma once

#include <core/cluster/base/deadlines.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/id_column.hpp>
#include <core/cluster/membership/ids.hpp>

#include <vector>

namespace kith::core {

class LeaseQueue {
  public:
    void add_source() { queues_.emplace_back(); }

    // The record's lease begins or is renewed. ends: never for a record without one, whose ttl is 0.
    void renew(SourceId source, RecordId record, Time ttl, Time ends);
    // It does not run out any more: the record is not present.
    void end(RecordId record);
    // The record's number may stand for another one from now on.
    void forget(RecordId record) { leases_.reset(record); }
    // As its source reported it last.
    Time ttl(RecordId record) const { return leases_[record].ttl; }

    // The next record of this source whose lease has run out at this time of its hearing clock; none when there is no more. Its lease is
    // ended.
    RecordId take_expired(SourceId source, Time hearing);
    // Keeps the queue of a source in proportion to its records.
    void trim(SourceId source, std::size_t records);

  private:
    struct Lease {
        Time ttl = 0;
        Time ends = never;
        Time queued = never; // the entry in the queue that counts
        SourceId source{};
    };

    IdColumn<Lease, RecordId> leases_;
    std::vector<Deadlines> queues_; // by source
};

} // namespace kith::core
