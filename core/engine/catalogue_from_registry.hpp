// SPDX-License-Identifier: MIT
//
// Describes the loaded plugins and the refused files to core/config, and finds out which plugins a configuration uses.
#pragma once

#include <core/config/config.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/loader/registry.hpp>

#include <span>
#include <vector>

namespace kith::core {

/// directories: the plugin directories that could not be read.
PluginCatalogue catalogue_from_registry(const Registry &registry, std::span<const Refusal> directories);

/// The plugins of one library.
std::vector<PluginInfo> catalogue_of(const Library &library);

/// Whether the configuration has an instance of this plugin.
bool uses(const Config &config, const Plugin &plugin);

} // namespace kith::core
