// SPDX-License-Identifier: MIT
//
// The kith configurations of a run: each host loads its scenario's text with its own ${...}, exactly as the daemon would.
#pragma once

#include <core/config/diagnostics.hpp>
#include <core/config/load.hpp>
#include <core/config/model.hpp>
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

    /// Both outlive it.
    ConfigCache(const Scenario &scenario, const LoadedPlugins &plugins) : scenario_(scenario), plugins_(plugins) {}

    /// environment: all of ${NAME}. read: ${file:...}. Those whose answers were the same share one configuration. Null when it has
    /// errors, which are in `diagnostics`.
    std::shared_ptr<const core::Config> load(std::size_t config, const Texts &environment, const Read &read,
                                             core::Diagnostics &diagnostics);

    std::size_t distinct() const { return known_.size(); }

  private:
    const Scenario &scenario_;
    const LoadedPlugins &plugins_;
    std::map<std::size_t, std::map<std::string, bool>>
        requested_; // by configuration: what it asks for, such as "NODE" or "file:/x"
    std::map<std::string, std::shared_ptr<const core::Config>> known_;
};

} // namespace kith::sim
