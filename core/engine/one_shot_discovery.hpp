// SPDX-License-Identifier: MIT
//
// Runs strategies without connectors until each has reported once: the engine of `kith discover`.
#pragma once

#include <core/config/config.hpp>
#include <core/engine/logger.hpp>
#include <core/engine/loop_client.hpp>
#include <core/loader/registry.hpp>
#include <kith/hosting/world.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kith::core {

struct FoundPeer {
    std::string key;
    std::string name; // after policy.name; empty when the peer has no name
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string left_out; // why kith would not connect to it; empty: it would
};

/// The report of one strategy.
struct DiscoveryResult {
    std::string topology;
    std::string source;
    std::string strategy;                                        // id of the plugin
    std::int32_t status = KITH_BUSY;                             // KITH_BUSY: no report yet
    std::string reason;                                          // of a failure or of an empty set, as the plugin reported it
    bool reached = false;                                        // an operation of the plugin succeeded before it reported
    std::string doubt;                                           // why the set may be empty by mistake: OperationTally::text()
    std::vector<FoundPeer> peers;                                // in the order of the report
    std::vector<std::pair<std::string, std::uint64_t>> left_out; // items that the strategy left out: reason and number

    /// The number of items: the peers and what the strategy left out.
    std::uint64_t items() const;
    /// The reason of an empty set. States that the source was reached only when an operation has shown it.
    std::string why_nothing() const;
    /// The peers that the policy excludes or cannot name: reason and number.
    std::vector<std::pair<std::string, std::uint64_t>> not_joined() const;
};

class OneShotDiscovery {
  public:
    /// For one topology, or for all when `topology` is empty. Starts nothing.
    OneShotDiscovery(World &world, Logger &logger, const Config &config, const Registry &registry, std::string_view topology);
    ~OneShotDiscovery();

    /// Starts the strategies. `done` is called from the loop when all have reported or `patience` is over, and every instance
    /// is stopped.
    void start(Time patience, std::function<void()> done);

    const std::vector<DiscoveryResult> &results() const { return results_; }

  private:
    struct StrategyRun;
    void act();

    LoopClient loop_client_;
    std::vector<DiscoveryResult> results_;
    std::vector<std::unique_ptr<StrategyRun>> runs_;
    std::function<void()> done_;
    Time until_ = never;
    bool stopping_ = false;
};

} // namespace kith::core
