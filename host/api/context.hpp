// SPDX-License-Identifier: MIT
//
// What the routes answer from. Nothing here calls a plugin; the functions read what the daemon holds in memory.
#pragma once

#include "reload.hpp"
#include "replacement.hpp"

#include <core/cluster/base/status.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/topology/operator_order.hpp>
#include <core/engine/engine_view.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kith::core {
class MessagesBinding;
}

namespace kith::app {

class EventCounters;
struct Histogram;

/// The last reload that was asked for and was no dry run.
struct LastReload {
    std::int64_t time = 0; ///< nanoseconds since 1970
    std::string verdict;   ///< applied, unchanged, failed, refused
    std::string reason;
};

struct ApiContext {
    std::string version;
    std::string run; ///< of this start, in the ids of events; letters and digits
    std::string config_file;
    std::function<std::string()> config_sha256; ///< of the file as it was read; may be empty, as its result: not known
    std::int64_t started = 0;                   ///< wall clock, nanoseconds since 1970
    int pid = 0;
    core::EventBus *bus = nullptr;
    const EventCounters *counters = nullptr;                     ///< may be null, as the next two
    const Histogram *lag = nullptr;                              ///< of the loop, in seconds
    const std::map<unsigned, std::uint64_t> *requests = nullptr; ///< answers by status

    std::function<core::EngineView()> view;
    std::function<std::string()> config;  ///< JSON, secrets masked
    std::function<std::string()> plugins; ///< JSON
    std::function<void()> refresh;
    ReloadFunction reload;
    std::function<std::optional<LastReload>()> last_reload; ///< may be empty
    std::function<core::Status(std::string_view topology, const core::Order &)> order;
    std::function<std::optional<std::size_t>(std::string_view file)> retry; ///< as Engine::retry
    ReplaceFunction replace;
    /// Of the connector of that name; null when there is none. Valid for the call.
    std::function<core::MessagesBinding *(std::string_view connector)> messages;
    /// As AsioWorld::idle_for; may be empty.
    std::function<core::Time(const kith_host &)> idle_for;
    /// Calls its argument from the loop, not within the call.
    std::function<void(std::function<void()>)> post;
};

} // namespace kith::app
