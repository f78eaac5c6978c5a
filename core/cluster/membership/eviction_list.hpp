// SPDX-License-Identifier: MIT
//
// The records that came one by one (`update`), longest known first: those that may have to make room when policy.max_peers is reached.
#pragma once

#include <core/cluster/membership/id_map.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/intrusive_id_list.hpp>

#include <utility>

namespace kith::core {

class EvictionList {
    struct Entry {
        IdLinks<RecordId> links;
        bool listed = false;
    };

  public:
    // record: not in it.
    void add(RecordId record) {
        entries_[record].listed = true;
        list_.append(entries_, record);
    }
    // Nothing when it is not in it.
    void remove(RecordId record) {
        if (!std::as_const(entries_)[record].listed) return;
        list_.remove(entries_, record);
        entries_.reset(record);
    }

    RecordId first() const { return list_.first(); }
    RecordId next(RecordId record) const { return entries_[record].links.next; }

  private:
    IdMap<Entry, RecordId> entries_;
    IntrusiveIdList<RecordId, &Entry::links> list_;
};

} // namespace kith::core
