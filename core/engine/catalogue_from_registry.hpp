// SPDX-License-Identifier: MIT
//
// What the configuration has to know of the plugins that were loaded, and of the files that were not; and which of them it uses.
#pragma once

#include <core/config/config.hpp>
#include <core/config/plugin_catalogue.hpp>
#include <core/loader/registry.hpp>

#include <span>

namespace kith::core {

/// directories: those that could not be read.
PluginCatalogue catalogue_from_registry(const Registry &registry, std::span<const Refusal> directories);

/// Does it make an instance of this plugin?
bool uses(const Config &config, const Plugin &plugin);

} // namespace kith::core
