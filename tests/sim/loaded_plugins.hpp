// SPDX-License-Identifier: MIT
//
// The real plugin libraries, loaded once with the daemon's checks and shared by all hosts (rule I1 of sdk/ABI.md).
#pragma once

#include <core/config/load_config.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/loader/registry.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kith::sim {

/// The services that the testkit and the engine offer to plugins.
core::LoaderSettings simulated_loader_settings();

struct LoadedPlugins {
    core::Registry registry{simulated_loader_settings()};
    core::PluginCatalogue catalogue;
    std::shared_ptr<const core::JsonSchemaValidator> schema =
        core::config_schema(); // of all configurations that are loaded with them
};

/// Loads the plugins of all these directories. The catalogue contains the refused files, also for a directory that cannot be read.
std::unique_ptr<LoadedPlugins> load_plugins(const std::vector<std::string> &directories);

} // namespace kith::sim
