// SPDX-License-Identifier: MIT
//
// The names that wait for a free slot for a first connect, a further connect, or a disconnect. A name waits for one of them at
// most. Removal leaves the entry in the queue, where it is skipped later.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/random.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace kith::core {

class QueuedOperations {
  public:
    enum class Kind : std::uint8_t { none, first_connect, reconnect, disconnect };

    // Appends the name to the queue of this kind. Kind::none removes it from its queue.
    void put(NameId name, Kind line);
    void clear();

    // The next name to connect to: first connects before further ones. First connects are taken in random order, so that nodes
    // that start together do not all connect to the same peer at the same time, and unresponsive peers that are neighbours in
    // the list do not occupy all slots. no_name when none waits.
    NameId next_connect(Random &random);
    NameId next_disconnect();

    // False: no name waits. True: a name may wait; next_connect() returns it.
    bool may_connect() const { return !(first_connects_.empty() && reconnects_.empty()); }
    bool may_disconnect() const { return !disconnects_.empty(); }

    // The number of names that wait for their first connect.
    std::size_t first_connects() const;

  private:
    template <class Entries>
    void add(Entries &entries, NameId name, Kind line);

    std::vector<Kind> kind_of_;       // by name
    std::vector<std::uint32_t> mark_; // by name: the last compaction that kept it
    std::uint32_t last_mark_ = 0;
    // Entries whose name has another kind are obsolete.
    std::vector<NameId> first_connects_;
    std::deque<NameId> reconnects_, disconnects_;
};

} // namespace kith::core
