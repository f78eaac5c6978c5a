// SPDX-License-Identifier: MIT
//
// The missing records of each source, longest missing first, with the time, the observation and the cause of each absence.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/id_map.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/intrusive_id_list.hpp>
#include <core/cluster/membership/loss_cause.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kith::core {

struct Absence {
    Time since = 0;
    std::uint64_t observation = 0; // number of the source's first observation without it
    LossCause cause = LossCause::none;
};

class AbsenceList {
    struct Entry {
        Absence absence;
        IdLinks<RecordId> links;
    };

  public:
    void add_source() { lists_.emplace_back(); }

    // record: not in the list.
    void add(SourceId source, RecordId record, const Absence &absence) {
        entries_[record].absence = absence;
        lists_[index_of(source)].append(entries_, record);
        ++size_;
    }
    // record: in the list, under this source.
    void remove(SourceId source, RecordId record) {
        lists_[index_of(source)].remove(entries_, record);
        entries_.reset(record);
        --size_;
    }

    // Time stood still from `from` to `to`.
    void postpone(Time from, Time to) {
        for (const auto &list : lists_) {
            list.each(entries_, [&](RecordId record) {
                Time &since = entries_[record].absence.since;
                since = since < from ? later(since, to - from) : to;
            });
        }
    }

    const Absence &operator[](RecordId record) const { return entries_[record].absence; }
    // Of all sources.
    std::size_t size() const { return size_; }
    // The record that has been missing longest, or none.
    RecordId first(SourceId source) const { return lists_[index_of(source)].first(); }
    RecordId next(RecordId record) const { return entries_[record].links.next; }
    // The function may remove the record that is passed to it.
    template <typename Function>
    void each(SourceId source, Function function) const {
        lists_[index_of(source)].each(entries_, function);
    }

  private:
    IdMap<Entry, RecordId> entries_;
    std::vector<IntrusiveIdList<RecordId, &Entry::links>> lists_; // by source
    std::size_t size_ = 0;
};

} // namespace kith::core
