// SPDX-License-Identifier: MIT
//
// A sink and its place at the bus: one batch at a time, the next when it has taken the last.
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <core/engine/plugin_instance.hpp>

#include <functional>

namespace kith::core {

class SinkBinding final : public SinkService {
  public:
    static constexpr std::size_t max_batch = 256;

    /// filter: the configuration's, events outside it never reach the sink. queue: events that wait for it before it loses some.
    /// wake: have deliver() called from the loop, later.
    SinkBinding(EventBus &bus, World &world, std::uint64_t filter, std::size_t queue, std::function<void()> wake);
    ~SinkBinding();
    SinkBinding(const SinkBinding &) = delete;
    SinkBinding &operator=(const SinkBinding &) = delete;

    /// The instance whose binding this is; before its start.
    void attach(PluginInstance &instance) { instance_ = &instance; }

    /// Hand the next batch to the sink, when it is ready for one.
    void deliver();

    /// The sink was lost: the batch it had is forgotten, and nothing is subscribed until it asks anew.
    void reset();

    /// Everything that was offered has been taken.
    bool drained() const { return batch_ == 0 && !waiting_; }

    std::int32_t subscribe(std::uint64_t mask) override;
    std::int32_t taken(std::uint64_t batch) override;

  private:
    EventBus &bus_;
    World &world_;
    std::function<void()> wake_;
    PluginInstance *instance_ = nullptr;
    std::uint64_t filter_;
    std::uint64_t mask_ = 0; // what it has subscribed to
    SubscriberId subscriber_;
    std::uint64_t batch_ = 0; // outstanding; 0: none
    bool waiting_ = false;    // the bus has something for it
    std::vector<EventRef> events_;
    std::vector<kith_event> views_;
};

} // namespace kith::core
