// SPDX-License-Identifier: MIT
//
// The operations that a connector is carrying out. Each has a slot and a deadline.
#pragma once

#include <core/cluster/base/deadline_queue.hpp>
#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/time.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kith::core {

enum class Work : std::uint8_t { none, connect, disconnect };

struct Operation {
    enum class CancelReason : std::uint8_t { none, timed_out, gave_way }; // why it was cancelled

    std::uint64_t id = 0; // 0: the slot is free
    NameId name = no_name;
    Work work = Work::none;
    CancelReason cancel_reason = CancelReason::none;
    bool forgotten = false; // started before a detach: its completion only frees the slot
    Time began = 0;
    Time deadline = never;
    std::string waiting; // gave_way: the reason to report
};

class OperationsInFlight {
  public:
    using Slot = std::uint32_t;
    static constexpr Slot none = ~Slot{0};

    Slot add(std::uint64_t id, NameId name, Work work, Time began, Time deadline);
    void remove(Slot slot);
    void clear();

    // none for an id that is not in flight.
    Slot find(std::uint64_t id) const;
    Operation &operator[](Slot slot) { return slots_[slot]; }
    const Operation &operator[](Slot slot) const { return slots_[slot]; }
    // The number of slots, including free ones.
    Slot slots() const { return static_cast<Slot>(slots_.size()); }

    void set_deadline(Slot slot, Time deadline);
    Time next() const { return deadlines_.next(); } // the earliest deadline, which may be obsolete
    // The next operation that is due; none when there is no more.
    Slot take_due(Time now);

    std::size_t connecting() const { return connecting_; }
    std::size_t disconnecting() const { return disconnecting_; }

  private:
    std::vector<Operation> slots_;
    std::vector<Slot> free_;
    boost::unordered_flat_map<std::uint64_t, Slot> by_id_;
    DeadlineQueue deadlines_; // by slot
    std::size_t connecting_ = 0;
    std::size_t disconnecting_ = 0;
};

} // namespace kith::core
