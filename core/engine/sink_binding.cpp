// SPDX-License-Identifier: MIT
#include <core/engine/sink_binding.hpp>

#include <kith/result.hpp>

#include <utility>

namespace kith::core {

namespace {

kith_event as_event(const StoredEvent &event) {
    return {
        .seq = event.seq(),
        .time = event.time(),
        .duration = event.duration(),
        .kind = event.kind(),
        .status = event.status(),
        .topology = str(event.topology()),
        .connector = str(event.connector()),
        .source = str(event.source()),
        .peer = str(event.peer()),
        .reason = str(event.reason()),
        .json = str(event.json()),
    };
}

} // namespace

SinkBinding::SinkBinding(EventBus &bus, World &world, std::uint64_t filter, std::size_t queue, std::function<void()> wake)
    : bus_(bus), world_(world), wake_(std::move(wake)), filter_(filter) {
    Subscription subscription;
    subscription.mask = 0; // until it subscribes
    subscription.limit = queue;
    subscription.notify = [this] {
        waiting_ = true;
        wake_();
    };
    subscriber_ = bus_.subscribe(std::move(subscription));
}

SinkBinding::~SinkBinding() { bus_.unsubscribe(subscriber_); }

void SinkBinding::deliver() {
    if (batch_ != 0 || !(waiting_ || again_) || !ready_ || held_ || instance_ == nullptr || !instance_->running()) return;
    const auto *side = instance_->side<kith_sink_plugin>(KITH_SINK);
    if (side == nullptr || side->events == nullptr) return;
    const bool again = std::exchange(again_, false);
    if (!again) {
        events_.clear();
        waiting_ = bus_.take(subscriber_, max_batch, events_) == max_batch;
    }
    if (events_.empty()) return;
    views_.clear();
    for (const EventRef &event : events_) views_.push_back(as_event(*event));
    std::vector<std::string> marked;
    if (again) mark_again(marked);
    batch_ = world_.next_id();
    const auto batch = batch_;
    instance_->call("sink.events", [&](void *self) {
        side->events(self, batch, views_.data(), static_cast<std::uint32_t>(views_.size()), sizeof(kith_event));
    });
}

void SinkBinding::mark_again(std::vector<std::string> &texts) {
    texts.reserve(views_.size());
    for (kith_event &event : views_) {
        std::string &text = texts.emplace_back(view(event.json));
        text.replace(text.size() - 1, 1, R"(,"again":true})");
        event.json = str(text);
    }
}

void SinkBinding::reset() {
    batch_ = 0;
    again_ = ready_ = false;
    bus_.set_mask(subscriber_, mask_ = 0);
}

void SinkBinding::crashed() {
    again_ = again_ || batch_ != 0;
    batch_ = 0;
    ready_ = false;
}

void SinkBinding::hold(bool on) {
    held_ = on;
    if (!on && (waiting_ || again_)) wake_();
}

void SinkBinding::hand_over(PluginInstance &next, std::optional<std::uint64_t> mask) {
    crashed();
    instance_ = &next;
    ready_ = mask.has_value();
    if (mask) bus_.set_mask(subscriber_, mask_ = *mask & filter_);
    hold(false);
}

std::int32_t SinkBinding::subscribe(std::uint64_t mask) {
    if (!instance_->running()) return KITH_CANCELLED;
    // From now on: nothing waits, so this only moves its place to the end. An isolated sink subscribes a moment after its start, and gets
    // what has happened since.
    if (mask_ == 0 && instance_->dependencies().maker == nullptr) bus_.take(subscriber_, 1, events_);
    if (!again_) events_.clear();
    ready_ = true;
    bus_.set_mask(subscriber_, mask_ = mask & filter_);
    if (waiting_ || again_) wake_();
    return KITH_OK;
}

std::int32_t SinkBinding::taken(std::uint64_t batch) {
    if (batch == 0 || batch != batch_) return KITH_STALE;
    batch_ = 0;
    if (waiting_) wake_();
    return KITH_OK;
}

} // namespace kith::core
