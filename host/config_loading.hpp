// SPDX-License-Identifier: MIT
//
// Loads the configuration and the plugins that it uses, and lists installed plugins, for the commands.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostics.hpp>
#include <core/loader/library.hpp>
#include <core/loader/registry.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

class TlsLibraryLoading;

struct LoadedConfig {
    std::shared_ptr<TlsLibraryLoading>
        tls; ///< OpenSSL, which is loaded meanwhile because the configuration contains TLS; otherwise null
    std::optional<core::Config> config; ///< empty when diagnostics contains errors
    std::string sha256;                 ///< of the file, hexadecimal
    core::Diagnostics diagnostics;
    /// Null when the `plugins` section could not be read. With a valid configuration it contains only the plugins in use.
    std::unique_ptr<core::Registry> registry;
    std::vector<core::Refusal> directories; ///< plugin directories that could not be read
    std::vector<std::string> files;         ///< that were read: the configuration, and each that it names by ${file:...}
};

/// How the plugins that the configuration names are loaded.
enum class PluginLoading : std::uint8_t {
    open,          ///< into this process
    load_in_child, ///< into a child process, which ends; files that options name are looked at, and the program of isolated plugins
};

/// Reads and validates the file and loads the plugins that it names; no code of other plugins runs. A non-empty plugin_dir overrides
/// `plugins.dir` of the file. Must be called before this process has threads, since it can fork.
LoadedConfig load_config(const std::string &file, const std::string &plugin_dir, PluginLoading use);

/// The same for a daemon that runs with the plugins of `running`: the file is read again, and only plugins that are not there yet are opened; they
/// are in the registry of the result, which is null when none is needed.
LoadedConfig reload_config(const std::string &file, const std::string &plugin_dir, const core::Registry &running);

/// A new version of a file that is loaded, and the configuration with it.
struct LoadedReplacement {
    std::optional<core::Refusal> refusal; ///< of the file, by the rules L1 to L5
    core::Diagnostics diagnostics;        ///< of the configuration, when config is empty
    std::optional<core::Config> config;
    std::unique_ptr<core::Library> library; ///< sealed; with a valid configuration only
};

/// Reads the file of a library of `running` again, as it is now, and the configuration with the plugins of the new version. No code of it runs
/// in this process. settings: those in force.
LoadedReplacement read_replacement(const std::string &config_file, const core::PluginSettings &settings,
                                   const core::Registry &running, const core::Library &former);

/// The plugins of the directories and pins of the settings, or of the default directory if they name none; none is opened. command: for the
/// error. Null, with the reason on standard error, when a directory cannot be read.
std::unique_ptr<core::Registry> load_plugins(std::string_view command, const core::PluginSettings &settings);

/// The same of one directory, or of the default one if `dir` is empty.
std::unique_ptr<core::Registry> load_plugins(std::string_view command, const std::string &dir);

/// The default plugin directory: `plugins` in the folder of this program if it exists (a build tree), otherwise the installed one, relative
/// to the program if it was moved to another prefix.
std::string default_plugin_dir();

} // namespace kith::app
