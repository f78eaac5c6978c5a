// SPDX-License-Identifier: MIT
#include "usage.hpp"

#include <host/loading.hpp>

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int check(const Words &words) {
    Usage usage;
    usage.name = "check";
    usage.synopsis = "kith check CONFIG [--json] [--plugins DIR]";
    usage.about = "Validates a configuration without starting anything: its form, every option against the schema of its\n"
                  "plugin, every name. Tells all errors and warnings, each with its place in the file.\n"
                  "Exit status: 0 it can be run (warnings may be there), 2 it cannot.\n";
    usage.options.add_options()("json", R"(print {"errors": [...], "warnings": [...]} on standard output)")(
        "plugins", po::value<std::string>()->value_name("DIR"), "look for plugins here, not where the file says");
    usage.hidden.add_options()("config", po::value<std::string>()->required());
    usage.positional.add("config", 1);
    int status = exit_good;
    const auto values = parse(usage, words, status);
    if (!values) return status;

    const auto file = (*values)["config"].as<std::string>();
    const std::string dir = values->count("plugins") != 0 ? (*values)["plugins"].as<std::string>() : "";
    const Loaded loaded = load_config(file, dir, Use::load_in_child);
    if (values->count("json") != 0) {
        std::cout << core::to_json(loaded.diagnostics);
    } else {
        std::cerr << core::to_text(loaded.diagnostics);
        if (loaded.diagnostics.ok()) std::cout << file << ": good\n";
    }
    return loaded.config ? exit_good : exit_usage;
}

} // namespace kith::app
