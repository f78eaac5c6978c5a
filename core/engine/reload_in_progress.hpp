// SPDX-License-Identifier: MIT
//
// One reload of an engine: what is being stopped for it, and what starts when all of that has stopped. Private to the engine.
#pragma once

#include <core/engine/engine_plugin_instances.hpp>
#include <core/reload/plan.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::core {

struct Engine::Reload {
    std::shared_ptr<const Config> previous; // that comes back when an instance fails; null: this is a way back itself
    ReloadPlan plan;
    std::string rolling_back; // why: not empty when this is a way back
    std::function<void(const std::string &failure)> done;

    /// An instance that stops, to be started anew with other options.
    struct Restart {
        InstanceSupervisor *supervisor = nullptr;
        std::function<void()> renew;
    };
    std::vector<Restart> restarts;

    /// What an operator has ordered of a topology that is rebuilt.
    struct Orders {
        std::string topology;
        Time paused_until = 0;
        std::vector<LiveTopology::HeldPeer> held;
    };
    std::vector<Orders> orders;

    std::vector<InstanceSupervisor *> started; // in this reload
};

/// The first seconds of what a reload has started: an instance that fails in them brings the former configuration back.
struct Engine::ReloadTrial {
    static constexpr Time length = 10'000'000'000;

    std::shared_ptr<const Config> previous;
    std::vector<std::pair<InstanceSupervisor *, std::uint64_t>> watched; // with its losses at the start
    Time until = 0;
};

} // namespace kith::core
