// SPDX-License-Identifier: MIT
//
// The event bus: numbers, dates and renders each event, and stores the last ones in a ring, from which subscribers pull them.
// Publishing never waits for a subscriber. A subscriber that is too slow loses its oldest events; the next event it takes is an
// `events.lost` with their number. The observer is called within publish(), with every event, so it can count them
// exactly.
#pragma once

#include <core/cluster/events/event.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kith::core {

struct EventBusLimits {
    std::size_t events = 4096;     // stored for replay; no subscriber can be further behind
    std::size_t bytes = 2'097'152; // the same in bytes of the stored events
};

struct Subscription {
    std::uint64_t mask = all_events; // bit (1 << kind)
    std::size_t limit = 1024;        // the most events that wait for this subscriber (never more than EventBusLimits::events)
    std::uint64_t after = ~std::uint64_t{0}; // replay the stored events with a greater seq; default: only new events
    // Called when there are events to take, within publish(), so it must only post. Not called again until take() has taken
    // all.
    std::function<void()> notify;
};

using SubscriberId = std::uint32_t;

class EventBus {
  public:
    explicit EventBus(EventBusLimits limits = {});

    // Sets the wall clock for this monotonic time. Events between two calls are dated relative to the last call. The engine
    // calls it in each turn of the loop and when the wall clock was set.
    void set_wall(Time now, std::int64_t wall);

    // Sets the observer, which publish() calls with each event before it returns; empty: none. It must not call the bus.
    void observe(std::function<void(const StoredEvent &)> observer) { observer_ = std::move(observer); }

    // Returns the seq of the event: 1, 2, 3 ...
    std::uint64_t publish(const Event &event, Time now);

    // Calls notify at once when the replay contains events for it.
    SubscriberId subscribe(Subscription subscription);
    void unsubscribe(SubscriberId id); // ignores unknown ids
    // Sets a new mask. Waiting events are filtered by it when they are taken.
    void set_mask(SubscriberId id, std::uint64_t mask);

    // Appends up to `most` waiting events to `out`, oldest first, and returns their number. When it returns less than `most`,
    // no event waits, and the next matching event calls notify.
    std::size_t take(SubscriberId id, std::size_t most, std::vector<EventRef> &out);

    // The number of events that this subscriber has lost.
    std::uint64_t lost(SubscriberId id) const;
    // The same for all subscribers, past ones included.
    std::uint64_t lost() const { return lost_; }
    std::uint64_t last_seq() const { return next_seq_ - 1; }
    // The stored events, oldest first.
    const std::deque<EventRef> &kept() const { return ring_; }

  private:
    struct Subscriber;
    Subscriber *find(SubscriberId id);
    const Subscriber *find(SubscriberId id) const;
    void lose_oldest(Subscriber &subscriber);
    void evict();
    EventRef render(const Event &event, std::uint64_t seq, std::int64_t wall);

    struct Subscriber {
        SubscriberId id = 0;
        Subscription subscription;
        std::uint64_t next = 1;     // seq of the next event to examine
        std::size_t waiting = 0;    // matching events from `next` on
        std::uint64_t lost = 0;     // total
        std::uint64_t untold = 0;   // lost and not reported by an events.lost yet
        std::uint64_t lost_seq = 0; // seq of the last lost event
        std::int64_t lost_time = 0;
        bool notified = false;
    };

    EventBusLimits limits_;
    Time wall_at_ = 0;
    std::int64_t wall_ = 0;
    std::int64_t last_wall_ = INT64_MIN; // time of the last event: times never decrease while seq increases
    std::uint64_t next_seq_ = 1;
    std::size_t bytes_ = 0;
    std::uint64_t lost_ = 0;
    std::deque<EventRef> ring_;
    std::vector<Subscriber> subscribers_;
    std::function<void(const StoredEvent &)> observer_;
    SubscriberId last_id_ = 0;
    std::string buffer_;
};

} // namespace kith::core
