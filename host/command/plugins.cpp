// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "commands.hpp"

#include <core/config/options_reference.hpp>
#include <core/engine/plugin_rights.hpp>
#include <core/loader/plugins_as_json_and_text.hpp>
#include <host/config_loading.hpp>
#include <kith/hosting/plugin_kind.hpp>

#include <iostream>
#include <optional>
#include <string>

namespace kith::app {

namespace po = boost::program_options;

namespace {

int print_options(const core::Registry &registry, const std::string &id) {
    bool found = false;
    for (const core::Plugin *plugin : registry.plugins()) {
        if (!plugin->is_named(id)) continue;
        found = true;
        std::cout << plugin_kind_name(plugin->kind()) << ' ' << plugin->id() << ' ' << plugin->version() << ": "
                  << plugin->summary() << "\n\n"
                  << core::options_text(plugin->options());
    }
    if (found) return exit_ok;
    std::cerr << "kith plugins: no plugin has the id or alias `" << id << "`; `kith plugins` lists all\n";
    return exit_negative;
}

// The section `plugins` of a configuration; nothing, with its errors on standard error, when it is invalid.
std::optional<core::PluginSettings> settings_of(const std::string &config, const std::string &dir) {
    if (config.empty()) return core::PluginSettings();
    const LoadedConfig loaded = load_config(config, dir, PluginLoading::load_in_child);
    if (loaded.config) return loaded.config->plugins;
    std::cerr << core::to_text(loaded.diagnostics);
    return std::nullopt;
}

} // namespace

int plugins(const Arguments &arguments) {
    if (!arguments.empty() && arguments.front() == "retry") return plugins_retry({arguments.begin() + 1, arguments.end()});
    if (!arguments.empty() && arguments.front() == "replace") return plugins_replace({arguments.begin() + 1, arguments.end()});
    CommandLine command_line;
    command_line.name = "plugins";
    command_line.synopsis =
        "kith plugins [DIR] [--json] [--details] [--options ID] [--config FILE] | kith plugins retry|replace FILE";
    command_line.about =
        "Lists the plugins in the directory, with the ABI version for which they were built, and the files that were\n"
        "refused, with the violated rule and the remedy. Without DIR: those of `plugins.dir` of --config, or the\n"
        "default plugin directory.\n"
        "`retry FILE` ends the quarantine of a plugin that crashed too often (`kith status` names it), and\n"
        "`replace FILE` has the running daemon take a new version of a file into use; both print their own --help.\n"
        "Exit status: 0 all files were accepted, 1 some were refused or FILE is invalid, 3 the directory cannot be read.\n";
    command_line.options.add_options()("json", R"(print {"plugins": [...], "refused": [...]} on standard output)")(
        "details", "also print the file of each plugin, its SHA-256, services and flags")(
        "config", po::value<std::string>()->value_name("FILE"),
        "with --json or --details: also print what the configuration FILE grants to each file (plugins.grants)")(
        "options", po::value<std::string>()->value_name("ID"), "print the options of this plugin");
    command_line.hidden.add_options()("dir", po::value<std::string>());
    command_line.positional.add("dir", 1);
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;

    const auto text = [&](const char *name) { return values->count(name) != 0 ? (*values)[name].as<std::string>() : ""; };
    auto settings = settings_of(text("config"), text("dir"));
    if (!settings) return exit_negative;
    if (values->count("dir") != 0) settings->dirs = {text("dir")};
    const auto registry = load_plugins("plugins", *settings);
    if (!registry) return exit_unreachable;
    core::GrantsOfFile grants; // none without a configuration
    if (values->count("config") != 0)
        grants = [&](const core::Library &library) { return core::grants_of_file(settings->grants, library.file_name()); };

    if (values->count("options") != 0) return print_options(*registry, (*values)["options"].as<std::string>());
    std::cout << (values->count("json") != 0 ? core::plugins_as_json(*registry, grants)
                                             : core::plugins_as_text(*registry, values->count("details") != 0, grants));
    return registry->refused().empty() ? exit_ok : exit_negative;
}

} // namespace kith::app
