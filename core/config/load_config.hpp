// SPDX-License-Identifier: MIT
//
// Turns the text of a configuration file into a validated Config. It performs no input or output: the environment, the files
// and the installed plugins are passed in as functions.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostics.hpp>
#include <core/config/file_fault.hpp>
#include <core/config/plugin_catalogue.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kith::core {

class JsonSchemaValidator;

inline constexpr std::size_t config_size_limit = 16u << 20; // bytes of a configuration file
inline constexpr std::size_t secret_size_limit = 64u << 10; // bytes of a file named by ${file:...}

// The result of reading a file named by ${file:...}.
struct FileText {
    std::string text;
    std::string error;    // why it could not be read, such as "permission denied"; empty: it could
    bool exposed = false; // group or others can read it: reported as a warning
};

// The inputs of load() besides the text. The functions are called only during load().
struct ConfigInputs {
    // Value of an environment variable.
    std::function<std::optional<std::string>(const std::string &name)> environment;
    // Reads a whole file; a file that is larger than limit is refused with an error.
    std::function<FileText(const std::string &path, std::size_t limit)> read_file;
    // The installed plugins. Called once, when the `plugins` section was read, also when other sections have errors.
    std::function<PluginCatalogue(const PluginSettings &)> plugins;
    // Options are not checked for it when it is empty.
    FileFault file_fault{};
};

// Parses the text, replaces ${...}, validates and resolves. Returns nullopt when there is an error. `diagnostics` receives all
// errors and warnings that can be found, in the order of the file. file_name is used only in messages.
std::optional<Config> load(std::string_view file_name, std::string_view text, const ConfigInputs &, Diagnostics &diagnostics);

// The schema of a configuration without the options of plugins, which takes 80 KB and a third of a millisecond. It exists as long as somebody
// holds it: load() parses it unless its caller does. One thread at a time.
std::shared_ptr<const JsonSchemaValidator> config_schema();

// The loaded configuration as indented JSON. Secrets (`writeOnly` in a plugin's schema) are replaced by "***".
std::string render(const Config &, const PluginCatalogue &);

// Replaces the secrets in the options of one instance.
std::string mask_options(std::string_view options, std::string_view schema);

} // namespace kith::core
