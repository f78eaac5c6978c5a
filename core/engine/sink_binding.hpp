// SPDX-License-Identifier: MIT
//
// The connection of a sink plugin to the event bus. It sends one batch at a time, and the next one when the sink has taken the
// last.
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <core/engine/plugin_instance.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

class SinkBinding final : public SinkReceiver {
  public:
    static constexpr std::size_t max_batch = 256;

    /// filter: the kinds of events that the configuration lets the sink receive. queue: the number of events that may wait
    /// before some are dropped. wake: requests a later call of deliver() from the loop.
    SinkBinding(EventBus &bus, World &world, std::uint64_t filter, std::size_t queue, std::function<void()> wake);
    ~SinkBinding();
    SinkBinding(const SinkBinding &) = delete;
    SinkBinding &operator=(const SinkBinding &) = delete;

    /// Sets the instance of the sink. Call it before the instance starts.
    void attach(PluginInstance &instance) { instance_ = &instance; }

    /// Sends the next batch when the sink is ready for it.
    void deliver();

    /// The sink has failed: forgets its batch, and subscribes to nothing until the sink subscribes again.
    void reset();

    /// The process of the sink has ended: the batch that it had is sent again, before all later events, when the next instance has
    /// subscribed. The events keep their `seq`, and their JSON has `"again": true`.
    void crashed();

    /// The sink gets no further batch until hand_over() or hold(false).
    void hold(bool on);
    /// It has no batch that it has not taken.
    bool idle() const { return batch_ == 0; }
    /// Another instance goes on after the last batch that the former one has taken. mask: the kinds that it has subscribed to; nothing: it will.
    void hand_over(PluginInstance &next, std::optional<std::uint64_t> mask);

    /// The sink has taken all events that were offered.
    bool drained() const { return batch_ == 0 && !waiting_ && !again_; }

    std::int32_t subscribe(std::uint64_t mask) override;
    std::int32_t taken(std::uint64_t batch) override;

  private:
    /// texts: what the events then refer to.
    void mark_again(std::vector<std::string> &texts);

    EventBus &bus_;
    World &world_;
    std::function<void()> wake_;
    PluginInstance *instance_ = nullptr;
    std::uint64_t filter_;
    std::uint64_t mask_ = 0; // the kinds that the sink has subscribed to
    SubscriberId subscriber_;
    std::uint64_t batch_ = 0; // outstanding; 0: none
    bool waiting_ = false;    // the bus has events for it
    bool again_ = false;      // events_ is a batch that it had when its process ended
    bool ready_ = false;      // this instance has subscribed
    bool held_ = false;       // see hold()
    std::vector<EventRef> events_;
    std::vector<kith_event> views_;
};

} // namespace kith::core
