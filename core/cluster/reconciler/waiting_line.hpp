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

class WaitingLine {
  public:
    enum class Line : std::uint8_t { none, fresh, retry, part };

    // At the end of a line; Line::none takes it out of the one it is in.
    void put(NameId name, Line line);
    void clear();

    // New peers before retries. New ones in no order, so that nodes that start together do not all dial the same peer at the same
    // time, and mute peers that are listed side by side do not fill all slots. no_name when nobody waits.
    NameId next_connect(Random &random);
    NameId next_part();

    // False: nobody waits. True: perhaps somebody does; the next one tells.
    bool may_connect() const { return !(fresh_.empty() && retry_.empty()); }
    bool may_part() const { return !part_.empty(); }

    // How many wait to be dialled for the first time.
    std::size_t fresh() const;

  private:
    template <class Entries>
    void add(Entries &entries, NameId name, Line line);

    std::vector<Line> line_of_;       // by name
    std::vector<std::uint32_t> mark_; // the same; of the last clearing-up that kept it
    std::uint32_t last_mark_ = 0;
    // Entries whose name is in another line no longer count.
    std::vector<NameId> fresh_;
    std::deque<NameId> retry_, part_;
};

} // namespace kith::core
