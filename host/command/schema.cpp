// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <core/config/editor_schema.hpp>
#include <core/engine/catalogue_from_registry.hpp>
#include <host/config_loading.hpp>

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int schema(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "schema";
    command_line.synopsis = "kith schema [DIR]";
    command_line.about =
        "Prints one JSON Schema of the whole configuration file, with the options of the installed plugins, or of "
        "those in DIR.\n"
        "Write it to a file and refer to it in the configuration; editors then complete and validate the configuration:\n"
        "  kith schema > kith.schema.json        {\"$schema\": \"./kith.schema.json\", \"topologies\": ...\n"
        "Exit status: 0 success, 1 refused plugins are missing in the schema, 3 the directory cannot be read.\n";
    command_line.hidden.add_options()("dir", po::value<std::string>());
    command_line.positional.add("dir", 1);
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;

    const auto registry = load_plugins("schema", values->count("dir") != 0 ? (*values)["dir"].as<std::string>() : "");
    if (!registry) return exit_unreachable;
    for (const core::Refusal &refusal : registry->refused()) {
        std::cerr << "kith schema: omitted: " << refusal.file << ": " << refusal.reason << "; " << refusal.remedy << '\n';
    }
    std::cout << core::editor_schema(core::catalogue_from_registry(*registry, {}));
    return registry->refused().empty() ? exit_ok : exit_negative;
}

} // namespace kith::app
