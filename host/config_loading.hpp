// SPDX-License-Identifier: MIT
//
// From the command line to a configuration and the plugins it may use.
#pragma once

#include <core/config/diagnostics.hpp>
#include <core/config/model.hpp>
#include <core/loader/registry.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct LoadedConfig {
    std::optional<core::Config> config; ///< nothing when diagnostics has errors
    core::Diagnostics diagnostics;
    /// Null when the `plugins` section could not be read; of a good configuration only what it uses.
    std::unique_ptr<core::Registry> registry;
    std::vector<core::Refusal> directories; ///< plugin directories that could not be read
};

/// What is done with the plugins that the configuration names.
enum class PluginLoading : std::uint8_t {
    open,          ///< they are loaded into this process
    load_in_child, ///< each is loaded by a process of its own, which ends
};

/// Reads and validates the file, and the plugins it names; nothing of the others runs. plugin_dir, when not empty, wins over the file's
/// `plugins.dir`. To be called before this process has threads.
LoadedConfig load_config(const std::string &file, const std::string &plugin_dir, PluginLoading use);

/// What the plugins of one directory, or of the default one, say of themselves; none is opened. Null, and the reason on standard error, when the
/// directory cannot be read.
std::unique_ptr<core::Registry> load_plugins(std::string_view command, const std::string &dir);

/// Where plugins are looked for when nobody says: `plugins` beside this program, when there is such a directory (a build tree),
/// else where they are installed, under whatever prefix.
std::string default_plugin_dir();

} // namespace kith::app
