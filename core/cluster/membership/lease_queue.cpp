// SPDX-License-Identifier: MIT
#include <core/cluster/membership/lease_queue.hpp>

#include <utility>

namespace kith::core {

void LeaseQueue::end(RecordId record) {
    if (std::as_const(leases_)[record].ends != never) leases_[record].ends = never;
}

RecordId LeaseQueue::take_expired(SourceId source, Time hearing) {
    DeadlineQueue &queue = queues_[index_of(source)];
    DeadlineQueue::Entry due;
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

void LeaseQueue::prune(SourceId source) {
    queues_[index_of(source)].prune([&](const DeadlineQueue::Entry &entry) {
        Lease &lease = leases_[RecordId{entry.second}];
        if (lease.source != source || lease.queued != entry.first) return false;
        if (lease.ends == never) lease.queued = never;
        return lease.ends != never;
    });
}

} // namespace kith::core
