// SPDX-License-Identifier: MIT
//
// From the text of a configuration file to a validated model. Pure: the environment, files and the installed plugins are handed in.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostics.hpp>
#include <core/config/plugin_catalogue.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kith::core {

inline constexpr std::size_t config_size_limit = 16u << 20; // bytes of a configuration file
inline constexpr std::size_t secret_size_limit = 64u << 10; // bytes of a file named by ${file:...}

// What reading a file named by ${file:...} gave.
struct FileText {
    std::string text;
    std::string error;    // why it could not be read, such as "permission denied"; empty: it could
    bool exposed = false; // group or others can read it: told as a warning
};

// What load asks of the world. Each function is called only within load.
struct ConfigInputs {
    // Value of an environment variable.
    std::function<std::optional<std::string>(const std::string &name)> environment;
    // A whole file, refused with an error when it is larger than limit.
    std::function<FileText(const std::string &path, std::size_t limit)> read_file;
    // The plugins there are. Called once, when the `plugins` section is known (also when the rest has errors).
    std::function<PluginCatalogue(const PluginSettings &)> plugins;
};

// Reads, replaces ${...}, validates and resolves. Nothing is returned when there is an error; all errors and warnings that can be
// found are in diagnostics, in the order of the file. file_name is used in messages only.
std::optional<Config> load(std::string_view file_name, std::string_view text, const ConfigInputs &, Diagnostics &diagnostics);

// The configuration as it stands after load, as JSON for people: secrets (`writeOnly` in a plugin's schema) are "***".
std::string render(const Config &, const PluginCatalogue &);

// The same for the options of one instance.
std::string mask_options(std::string_view options, std::string_view schema);

} // namespace kith::core
