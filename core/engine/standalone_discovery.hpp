// SPDX-License-Identifier: MIT
//
// Runs strategies without connectors, until each has reported once or for good: the engine of `kith discover`.
#pragma once

#include <core/config/config.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/instance_maker.hpp>
#include <core/engine/logger.hpp>
#include <core/engine/plugin_rights.hpp>
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

    bool operator==(const FoundPeer &) const = default;
};

/// The report of one strategy.
struct DiscoveryResult {
    std::string topology;
    std::string source;
    std::string strategy;                                        // id of the plugin
    std::int32_t status = KITH_BUSY;                             // KITH_BUSY: no report yet
    std::string reason;                                          // of a failure or of an empty set, as the plugin reported it
    bool reached = false;                                        // an operation of the plugin succeeded before it reported
    std::string doubt;                                           // why the set may be empty by mistake: SourceReadTally::text()
    std::vector<FoundPeer> peers;                                // in the order of the report
    std::vector<std::pair<std::string, std::uint64_t>> left_out; // items that the strategy left out: reason and number

    /// The number of items: the peers and what the strategy left out.
    std::uint64_t items() const;
    /// The reason of an empty set. States that the source was reached only when an operation has shown it.
    std::string why_nothing() const;
    /// The peers that the policy excludes or cannot name: reason and number.
    std::vector<std::pair<std::string, std::uint64_t>> not_joined() const;
};

class StandaloneDiscovery {
  public:
    /// For one topology, or for all when `topology` is empty. isolator: makes the isolated instances. Starts nothing.
    StandaloneDiscovery(World &world, Logger &logger, const Config &config, const Registry &registry, std::string_view topology,
                        InstanceMaker *isolator = nullptr);
    ~StandaloneDiscovery();

    /// Starts the strategies. `done` is called from the loop when all have reported or `patience` is over, and every instance
    /// is stopped.
    void start(Time patience, std::function<void()> done);

    /// Starts the strategies, which go on until stop(); one that fails is started again, with backoff. `report` is called for each
    /// complete observation, for each change, and for each failure (its result keeps the peers of the last observation). A strategy
    /// that has reported nothing within `patience` is reported as failed once. `report` may be called within a call from a plugin,
    /// so it calls none. `done`: as above, after stop().
    void watch(Time patience, std::function<void(const DiscoveryResult &)> report, std::function<void()> done);
    void stop();

    const std::vector<DiscoveryResult> &results() const { return results_; }

  private:
    struct StrategyRun;
    bool follows() const { return report_ && !ending_; }
    void act();
    void expire();
    bool stopped(Time now);

    EngineLoop engine_loop_;
    const PluginRightsPolicy rights_;
    std::vector<DiscoveryResult> results_;
    std::vector<std::unique_ptr<StrategyRun>> runs_;
    std::function<void(const DiscoveryResult &)> report_; // empty: each strategy reports once
    std::function<void()> done_;
    Time until_ = never;
    bool ending_ = false; // stop() was called
    bool stopping_ = false;
};

} // namespace kith::core
