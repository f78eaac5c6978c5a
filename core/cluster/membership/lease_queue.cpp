// SPDX-License-Identifier: MIT
#include <core/cluster/membership/lease_queue.hpp>

#include <utility>

namespace kith::core {

void LeaseQueue::renew(SourceId source, RecordId record, Time ttl, Time ends) {
    if (ttl == 0 && std::as_const(leases_)[record].ttl == 0) return; // it has none and had none
    Lease &lease = leases_[record];
    lease.source = source;
    lease.ttl = ttl;
    lease.ends = ends;
    if (lease.ends >= lease.queued) return;
    lease.queued = lease.ends;
    queues_[index_of(source)].add(lease.ends, static_cast<std::uint32_t>(record));
}

void LeaseQueue::end(RecordId record) {
    if (std::as_const(leases_)[record].ends != never) leases_[record].ends = never;
}

RecordId LeaseQueue::take_expired(SourceId source, Time hearing) {
    Deadlines &queue = queues_[index_of(source)];
    Deadlines::Entry due;
    while (queue.take(hearing, due)) {
        const RecordId record{due.second};
        Lease &lease = leases_[record];
        if (lease.source != source || lease.queued != due.first) continue;
        lease.queued = never;
        if (lease.ends == never) continue;
        if (lease.ends > hearing) {
            lease.queued = lease.ends;
            queue.add(lease.ends, due.second);
            continue;
        }
        lease.ends = never;
        return record;
    }
    return RecordId::none;
}

void LeaseQueue::trim(SourceId source, std::size_t records) {
    Deadlines &queue = queues_[index_of(source)];
    if (queue.size() <= 2 * records + 64) return;
    queue.prune([&](const Deadlines::Entry &entry) {
        Lease &lease = leases_[RecordId{entry.second}];
        if (lease.source != source || lease.queued != entry.first) return false;
        if (lease.ends == never) lease.queued = never;
        return lease.ends != never;
    });
}

} // namespace kith::core
