// SPDX-License-Identifier: MIT
//
// From the command line to a configuration and the plugins it may use.
#pragma once

#include <core/config/diagnostics.hpp>
#include <core/config/model.hpp>
#include <core/loader/registry.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct Loaded {
    std::optional<core::Config> config; ///< nothing when diagnostics has errors
    core::Diagnostics diagnostics;
    /// Null when the `plugins` section could not be read; of a good configuration only what it uses.
    std::unique_ptr<core::Registry> registry;
    std::vector<core::Refusal> directories; ///< plugin directories that could not be read
};

/// Reads and validates the file, and loads the plugins it names. plugin_dir, when not empty, wins over the file's `plugins.dir`.
Loaded load_config(const std::string &file, const std::string &plugin_dir);

/// The plugins of these directories, under the rules, with what this program offers. Empty: the default directory.
std::unique_ptr<core::Registry> load_plugins(const std::vector<std::string> &dirs, const std::vector<core::PluginPin> &allow,
                                             std::vector<core::Refusal> &directories);

/// The same for a command that is given one directory, or none. Null, and the reason on standard error, when it cannot be read.
std::unique_ptr<core::Registry> load_plugins(std::string_view command, const std::string &dir);

/// Where plugins are looked for when nobody says: `plugins` beside this program, when there is such a directory (a build tree),
/// else where they are installed, under whatever prefix.
std::string default_plugin_dir();

} // namespace kith::app
