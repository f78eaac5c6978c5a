// SPDX-License-Identifier: MIT
//
// A priority queue of deadlines, each with the number of its owner. Single entries are not removed: when an entry is due, the
// caller decides whether it is still valid.
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

    // The time of the earliest entry, which may be obsolete.
    Time next() const { return heap_.empty() ? never : heap_.front().first; }

    // Removes the earliest entry if it is due.
    bool take(Time now, Entry &entry) {
        if (heap_.empty() || heap_.front().first > now) return false;
        entry = heap_.front();
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
        heap_.pop_back();
        return true;
    }

    std::size_t size() const { return heap_.size(); }

    // Removes the obsolete entries, so that the queue does not grow with cancelled ones.
    template <typename Counts>
    void prune(Counts counts) {
        std::erase_if(heap_, [&](const Entry &entry) { return !counts(entry); });
        std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
    }

  private:
    std::vector<Entry> heap_;
};

} // namespace kith::core
