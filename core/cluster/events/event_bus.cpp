// SPDX-License-Identifier: MIT
#include <core/cluster/events/event_bus.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

bool matches(std::uint64_t mask, const StoredEvent &event) { return (mask >> event.kind() & 1U) != 0; }

} // namespace

EventBus::EventBus(EventBusLimits limits) : limits_(limits) { limits_.events = std::max<std::size_t>(limits_.events, 1); }

void EventBus::set_wall(Time now, std::int64_t wall) {
    wall_at_ = now;
    wall_ = wall;
}

EventRef EventBus::render(const Event &event, std::uint64_t seq, std::int64_t wall) {
    buffer_.clear();
    append_json(buffer_, event, seq, wall);
    return StoredEvent::make(event, seq, wall, buffer_);
}

std::uint64_t EventBus::publish(const Event &event, Time now) {
    const std::uint64_t seq = next_seq_++;
    last_wall_ = std::max(last_wall_, wall_ + static_cast<std::int64_t>(now - wall_at_)); // the clock may be set back
    EventRef stored = render(event, seq, last_wall_);
    bytes_ += stored->bytes();
    ring_.push_back(stored);
    while (ring_.size() > limits_.events || (bytes_ > limits_.bytes && ring_.size() > 1)) evict();
    for (std::size_t i = 0; i < subscribers_.size(); ++i) {
        Subscriber &subscriber = subscribers_[i];
        if (!matches(subscriber.subscription.mask, *stored)) continue;
        if (++subscriber.waiting > subscriber.subscription.limit) lose_oldest(subscriber);
        if (!std::exchange(subscriber.notified, true) && subscriber.subscription.notify) subscriber.subscription.notify();
    }
    if (observer_) observer_(*stored);
    return seq;
}

void EventBus::lose_oldest(Subscriber &subscriber) {
    for (;;) {
        const StoredEvent &event = *ring_[subscriber.next++ - ring_.front()->seq()];
        if (!matches(subscriber.subscription.mask, event)) continue;
        --subscriber.waiting;
        ++subscriber.lost;
        ++lost_;
        ++subscriber.untold;
        subscriber.lost_seq = event.seq();
        subscriber.lost_time = event.time();
        return;
    }
}

void EventBus::evict() {
    const StoredEvent &oldest = *ring_.front();
    for (auto &subscriber : subscribers_) {
        if (subscriber.next > oldest.seq()) continue;
        if (matches(subscriber.subscription.mask, oldest)) {
            lose_oldest(subscriber);
        } else {
            subscriber.next = oldest.seq() + 1;
        }
    }
    bytes_ -= oldest.bytes();
    ring_.pop_front();
}

SubscriberId EventBus::subscribe(Subscription subscription) {
    Subscriber subscriber;
    subscriber.id = ++last_id_;
    subscription.limit = std::max<std::size_t>(subscription.limit, 1);
    subscriber.subscription = std::move(subscription);
    subscriber.next = next_seq_;
    if (subscriber.subscription.after < next_seq_) {
        const std::uint64_t oldest = ring_.empty() ? next_seq_ : ring_.front()->seq();
        subscriber.next = std::max(oldest, subscriber.subscription.after + 1);
    }
    subscribers_.push_back(std::move(subscriber));
    set_mask(subscribers_.back().id, subscribers_.back().subscription.mask);
    return subscribers_.back().id;
}

void EventBus::unsubscribe(SubscriberId id) {
    std::erase_if(subscribers_, [id](const Subscriber &subscriber) { return subscriber.id == id; });
}

void EventBus::set_mask(SubscriberId id, std::uint64_t mask) {
    Subscriber *subscriber = find(id);
    if (subscriber == nullptr) return;
    subscriber->subscription.mask = mask;
    subscriber->waiting = 0;
    for (std::uint64_t seq = subscriber->next; seq < next_seq_; ++seq) {
        if (matches(mask, *ring_[seq - ring_.front()->seq()])) ++subscriber->waiting;
    }
    while (subscriber->waiting > subscriber->subscription.limit) lose_oldest(*subscriber);
    if (subscriber->waiting != 0 && !std::exchange(subscriber->notified, true) && subscriber->subscription.notify)
        subscriber->subscription.notify();
}

std::size_t EventBus::take(SubscriberId id, std::size_t most, std::vector<EventRef> &out) {
    Subscriber *subscriber = find(id);
    if (subscriber == nullptr) return 0;
    std::size_t taken = 0;
    if (subscriber->untold != 0 && most != 0) {
        const EventCount count{"lost", std::exchange(subscriber->untold, 0)};
        Event event;
        event.kind = KITH_EVENT_EVENTS_LOST;
        event.reason = "they were not taken in time";
        event.counts = {&count, 1};
        out.push_back(render(event, subscriber->lost_seq, subscriber->lost_time));
        ++taken;
    }
    while (taken < most && subscriber->waiting != 0) {
        const EventRef &event = ring_[subscriber->next++ - ring_.front()->seq()];
        if (!matches(subscriber->subscription.mask, *event)) continue;
        out.push_back(event);
        --subscriber->waiting;
        ++taken;
    }
    if (subscriber->waiting == 0 && subscriber->untold == 0) {
        subscriber->next = next_seq_;
        subscriber->notified = false;
    }
    return taken;
}

std::uint64_t EventBus::lost(SubscriberId id) const {
    const Subscriber *subscriber = find(id);
    return subscriber == nullptr ? 0 : subscriber->lost;
}

EventBus::Subscriber *EventBus::find(SubscriberId id) { return const_cast<Subscriber *>(std::as_const(*this).find(id)); }

const EventBus::Subscriber *EventBus::find(SubscriberId id) const {
    const auto found = std::find_if(subscribers_.begin(), subscribers_.end(),
                                    [id](const Subscriber &subscriber) { return subscriber.id == id; });
    return found == subscribers_.end() ? nullptr : &*found;
}

} // namespace kith::core
