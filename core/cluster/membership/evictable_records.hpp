// SPDX-License-Identifier: MIT
//
// The records that may be removed when policy.max_peers is reached: those that came by `update`, longest known first.
#pragma once

#include <core/cluster/membership/id_map.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/intrusive_id_list.hpp>

#include <utility>

namespace kith::core {

class EvictableRecords {
    struct Entry {
        IdLinks<RecordId> links;
        bool listed = false;
    };

  public:
    // record: not in the list.
    void add(RecordId record) {
        entries_[record].listed = true;
        list_.append(entries_, record);
    }
    // Does nothing for a record that is not in the list.
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
