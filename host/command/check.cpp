// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <host/config_loading.hpp>

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int check(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "check";
    command_line.synopsis = "kith check CONFIG [--json] [--plugins DIR]";
    command_line.about = "Validates a configuration without running it: its syntax, every option by the schema of its\n"
                         "plugin, every name. Prints all errors and warnings, each with its position in the file. Files\n"
                         "that options name and that this user cannot read or execute here are warnings.\n"
                         "Exit status: 0 valid (possibly with warnings), 2 invalid.\n";
    command_line.options.add_options()("json", R"(print {"errors": [...], "warnings": [...]} on standard output)")(
        "plugins", po::value<std::string>()->value_name("DIR"), "the plugin directory, instead of the one in the file");
    command_line.hidden.add_options()("config", po::value<std::string>()->required());
    command_line.positional.add("config", 1);
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;

    const auto file = (*values)["config"].as<std::string>();
    const std::string dir = values->count("plugins") != 0 ? (*values)["plugins"].as<std::string>() : "";
    const LoadedConfig loaded = load_config(file, dir, PluginLoading::load_in_child);
    if (values->count("json") != 0) {
        std::cout << core::to_json(loaded.diagnostics);
    } else {
        std::cerr << core::to_text(loaded.diagnostics);
        if (loaded.diagnostics.ok()) std::cout << file << ": valid\n";
    }
    return loaded.config ? exit_ok : exit_usage;
}

} // namespace kith::app
