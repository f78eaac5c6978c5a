// SPDX-License-Identifier: MIT
//
// Loads the kith configuration of each simulated host, with the same code as the daemon and the host's own values of ${...}. Hosts for
// which all values are equal share one configuration.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostics.hpp>
#include <core/config/load_config.hpp>
#include <tests/sim/loaded_plugins.hpp>
#include <tests/sim/scenario.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace kith::sim {

class ConfigCache {
  public:
    using Read = std::function<core::FileText(const std::string &path)>;

    /// Both references outlive the cache.
    ConfigCache(const Scenario &scenario, const LoadedPlugins &plugins) : scenario_(scenario), plugins_(plugins) {}

    /// config: index in Scenario::configs. environment: the values of ${NAME}. read: returns the file of ${file:...}. Returns null when
    /// the configuration has errors; they are appended to `diagnostics`.
    std::shared_ptr<const core::Config> load(std::size_t config, const Texts &environment, const Read &read,
                                             core::Diagnostics &diagnostics);

    /// Number of different configurations.
    std::size_t distinct() const { return known_.size(); }

  private:
    const Scenario &scenario_;
    const LoadedPlugins &plugins_;
    std::map<std::size_t, std::map<std::string, bool>>
        requested_; // for each configuration: the variables and files that its text refers to; true: a file
    std::map<std::string, std::shared_ptr<const core::Config>> known_;
};

} // namespace kith::sim
