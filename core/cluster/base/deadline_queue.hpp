// SPDX-License-Identifier: MIT
//
// Deadlines of numbered things, earliest first. Entries are never searched for and removed: the owner says, when one comes
// due, whether it still counts.
#pragma once

#include <core/cluster/base/time.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace kith::core {

class DeadlineQueue {
  public:
    using Entry = std::pair<Time, std::uint32_t>;

    void add(Time at, std::uint32_t id) {
        heap_.emplace_back(at, id);
        std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
    }

    // Of the earliest entry, which may be one that no longer counts.
    Time next() const { return heap_.empty() ? never : heap_.front().first; }

    // Takes the earliest entry when it is due.
    bool take(Time now, Entry &entry) {
        if (heap_.empty() || heap_.front().first > now) return false;
        entry = heap_.front();
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
        heap_.pop_back();
        return true;
    }

    std::size_t size() const { return heap_.size(); }

    // Keeps only the entries that count, so that a long backlog of cancelled ones does not grow.
    template <typename Counts>
    void prune(Counts counts) {
        std::erase_if(heap_, [&](const Entry &entry) { return !counts(entry); });
        std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
    }

  private:
    std::vector<Entry> heap_;
};

} // namespace kith::core
