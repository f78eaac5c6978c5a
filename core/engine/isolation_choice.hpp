// SPDX-License-Identifier: MIT
//
// Whether an instance runs in a process of its own: by the setting of the instance, or else of the configuration, and by whose the file is.
#pragma once

#include <core/config/config.hpp>
#include <core/engine/plugin_instance.hpp>
#include <core/loader/library.hpp>

#include <optional>

namespace kith::core {

/// Nothing: it runs in this process. The library was sealed.
std::optional<Isolation> isolation_of(const PluginSettings &settings, const IsolateSetting &instance, const Plugin &plugin);

/// What is the same for all instances of an engine.
struct IsolationSettings {
    InstanceMaker *maker; ///< null: every instance is made in this process
    const PluginSettings &plugins;
    const PluginRightsPolicy &rights;
};

/// Sets `maker`, `isolation` and `rights`. Only an isolated instance of a stranger's file has limited rights: code in this process or without
/// a sandbox has those of kith anyway, and a file of the build is isolated for its errors only.
PluginInstance::Dependencies isolated(PluginInstance::Dependencies dependencies, const IsolationSettings &settings,
                                      const IsolateSetting &instance, const Plugin &plugin);

/// Whether an instance of this plugin runs in this process. The library was sealed.
bool needed_in_process(const Config &config, const Plugin &plugin);

/// Whether an instance of it runs in a process of its own where files can be copied into memory. The library need not be sealed.
bool needs_helper(const Config &config, const Plugin &plugin);

} // namespace kith::core
