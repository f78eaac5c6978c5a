// SPDX-License-Identifier: MIT
//
// The names that wait for a slot: to be dialled, for the first time or again, or to be parted. A name waits in one line at most. Taking
// a name out costs nothing: its entry stays, and is passed over when its turn comes.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/random.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace kith::core {

class PendingOperations {
  public:
    enum class Kind : std::uint8_t { none, first_connect, reconnect, disconnect };

    // At the end of a line; Kind::none takes it out of the one it is in.
    void put(NameId name, Kind line);
    void clear();

    // New peers before retries. New ones in no order, so that nodes that start together do not all dial the same peer at the same
    // time, and mute peers that are listed side by side do not fill all slots. no_name when nobody waits.
    NameId next_connect(Random &random);
    NameId next_disconnect();

    // False: nobody waits. True: perhaps somebody does; the next one tells.
    bool may_connect() const { return !(first_connects_.empty() && reconnects_.empty()); }
    bool may_disconnect() const { return !disconnects_.empty(); }

    // How many wait to be dialled for the first time.
    std::size_t first_connects() const;

  private:
    template <class Entries>
    void add(Entries &entries, NameId name, Kind line);

    std::vector<Kind> kind_of_;       // by name
    std::vector<std::uint32_t> mark_; // the same; of the last clearing-up that kept it
    std::uint32_t last_mark_ = 0;
    // Entries whose name is in another line no longer count.
    std::vector<NameId> first_connects_;
    std::deque<NameId> reconnects_, disconnects_;
};

} // namespace kith::core
