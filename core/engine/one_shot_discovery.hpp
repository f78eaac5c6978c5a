// SPDX-License-Identifier: MIT
//
// One discovery: runs strategies alone, without connectors, until each has answered once. What `kith discover` shows.
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
    std::string name; // after policy.name; empty when it has none
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string left_out; // why it would not be joined; empty: it would
};

/// What one strategy saw.
struct DiscoveryResult {
    std::string topology;
    std::string source;
    std::string strategy;                                        // id of the plugin
    std::int32_t status = KITH_BUSY;                             // KITH_BUSY: it has not answered
    std::string reason;                                          // of a failure, or why nothing came, in the plugin's words
    bool reached = false;                                        // an operation of the plugin ended well before it answered
    std::string doubt;                                           // why it can have seen nothing: OperationTally::text()
    std::vector<FoundPeer> peers;                                // in the order it told them
    std::vector<std::pair<std::string, std::uint64_t>> left_out; // by the strategy: reason and number

    /// How many items came: the peers, and what the strategy left out.
    std::uint64_t items() const;
    /// Of an empty set: why nothing came. Claims that the source was reached only when an operation has shown it.
    std::string why_nothing() const;
    /// Peers that the policy leaves out, or cannot name: reason and number.
    std::vector<std::pair<std::string, std::uint64_t>> not_joined() const;
};

class OneShotDiscovery {
  public:
    /// Of one topology, or of all when `topology` is empty. Nothing runs yet.
    OneShotDiscovery(World &world, Logger &logger, const Config &config, const Registry &registry, std::string_view topology);
    ~OneShotDiscovery();

    /// Starts the strategies; `done` is called from the loop when all have answered, or after `patience`, and everything has been stopped.
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
