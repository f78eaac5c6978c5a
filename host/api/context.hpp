// SPDX-License-Identifier: MIT
//
// What the routes answer from. Nothing here calls a plugin; the functions read what the daemon holds in memory.
#pragma once

#include <core/cluster/base/status.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/topology/order.hpp>
#include <core/engine/engine_view.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace kith::app {

class EventCounters;
struct Histogram;

struct ApiContext {
    std::string version;
    std::string run; ///< of this start, in the ids of events; letters and digits
    std::string config_file;
    std::string config_sha256; ///< of the file as it was read; empty: not known
    std::int64_t started = 0;  ///< wall clock, nanoseconds since 1970
    int pid = 0;
    core::EventBus *bus = nullptr;
    EventCounters *counters = nullptr;                           ///< may be null, as the next two
    const Histogram *lag = nullptr;                              ///< of the loop, in seconds
    const std::map<unsigned, std::uint64_t> *requests = nullptr; ///< answers by status

    std::function<core::EngineView()> view;
    std::function<std::string()> config;  ///< JSON, secrets masked
    std::function<std::string()> plugins; ///< JSON
    std::function<void()> refresh;
    std::function<core::Status(std::string_view topology, const core::Order &)> order;
    /// As AsioWorld::idle_for; may be empty.
    std::function<core::Time(const kith_host &)> idle_for;
    /// Calls its argument from the loop, not within the call.
    std::function<void(std::function<void()>)> post;
};

} // namespace kith::app
