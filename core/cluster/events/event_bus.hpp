// SPDX-License-Identifier: MIT
//
// The event bus: gives each event its number and time, renders it once, keeps the last ones for replay, and lets any number of
// subscribers pull them. Publishing never waits and never grows without bound: a subscriber that is too slow loses its oldest
// events, counted, and the next thing it takes is an `events.lost` event of its own.
#pragma once

#include <core/cluster/events/event.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace kith::core {

struct EventBusLimits {
    std::size_t events = 4096;     // kept for replay, and so the most a subscriber can be behind
    std::size_t bytes = 2'097'152; // the same in bytes of the stored events
};

struct Subscription {
    std::uint64_t mask = all_events;         // bit (1 << kind)
    std::size_t limit = 1024;                // most that wait for this subscriber (never more than EventBusLimits::events)
    std::uint64_t after = ~std::uint64_t{0}; // replay the kept events with a greater seq; default: only what comes from now on
    // There is something to take. Called inside publish (so it only posts), once, and not again until take() has left nothing.
    std::function<void()> notify;
};

using SubscriberId = std::uint32_t;

class EventBus {
  public:
    explicit EventBus(EventBusLimits limits = {});

    // What the wall clock says at this monotonic moment; events between two calls are dated from the last one. The engine
    // calls it at each turn of the loop and when the wall clock was set.
    void set_wall(Time now, std::int64_t wall);

    // Returns the event's seq: 1, 2, 3 ...
    std::uint64_t publish(const Event &event, Time now);

    // notify is called at once when the replay holds something for it.
    SubscriberId subscribe(Subscription subscription);
    void unsubscribe(SubscriberId id); // unknown ids are ignored
    // A new mask; what waits is filtered by it when taken.
    void set_mask(SubscriberId id, std::uint64_t mask);

    // Appends up to `most` of the events that wait for the subscriber to `out`, oldest first; returns how many. When it returns
    // less than `most`, everything is drained and the next matching event notifies again.
    std::size_t take(SubscriberId id, std::size_t most, std::vector<EventRef> &out);

    // Events that this subscriber lost until now.
    std::uint64_t lost(SubscriberId id) const;
    // The same for all subscribers there ever were.
    std::uint64_t lost() const { return lost_; }
    std::uint64_t last_seq() const { return next_seq_ - 1; }
    // The kept events, oldest first.
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
        std::uint64_t next = 1;     // seq of the next event to look at
        std::size_t waiting = 0;    // events from `next` on that match
        std::uint64_t lost = 0;     // in all
        std::uint64_t untold = 0;   // lost since the last events.lost
        std::uint64_t lost_seq = 0; // of the last one lost
        std::int64_t lost_time = 0;
        bool notified = false;
    };

    EventBusLimits limits_;
    Time wall_at_ = 0;
    std::int64_t wall_ = 0;
    std::int64_t last_wall_ = INT64_MIN; // of the last event: times never go back while seq rises
    std::uint64_t next_seq_ = 1;
    std::size_t bytes_ = 0;
    std::uint64_t lost_ = 0;
    std::deque<EventRef> ring_;
    std::vector<Subscriber> subscribers_;
    SubscriberId last_id_ = 0;
    std::string buffer_;
};

} // namespace kith::core
