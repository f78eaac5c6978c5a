// SPDX-License-Identifier: MIT
#include "usage.hpp"

#include <core/config/whole_schema.hpp>
#include <core/engine/installed.hpp>
#include <host/loading.hpp>

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int schema(const Words &words) {
    Usage usage;
    usage.name = "schema";
    usage.synopsis = "kith schema [DIR]";
    usage.about = "Prints one JSON Schema of the whole configuration file, with the options of the installed plugins, or of "
                  "those in DIR.\n"
                  "Write it to a file and name that in the configuration, and editors complete and check it:\n"
                  "  kith schema > kith.schema.json        {\"$schema\": \"./kith.schema.json\", \"topologies\": ...\n"
                  "Exit status: 0 printed, 1 some plugins were refused and are not in it, 3 the directory cannot be read.\n";
    usage.hidden.add_options()("dir", po::value<std::string>());
    usage.positional.add("dir", 1);
    int status = exit_good;
    const auto values = parse(usage, words, status);
    if (!values) return status;

    const auto registry = load_plugins("schema", values->count("dir") != 0 ? (*values)["dir"].as<std::string>() : "");
    if (!registry) return exit_unreachable;
    for (const core::Refusal &refusal : registry->refused()) {
        std::cerr << "kith schema: left out: " << refusal.file << ": " << refusal.reason << "; " << refusal.remedy << '\n';
    }
    std::cout << core::whole_schema(core::installed(*registry, {}));
    return registry->refused().empty() ? exit_good : exit_no;
}

} // namespace kith::app
