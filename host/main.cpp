// SPDX-License-Identifier: MIT
#include "command/command_table.hpp"
#include "isolation/child/plugin_host.hpp"

#include <exception>
#include <iostream>
#include <string_view>

namespace {

using namespace kith::app;

void help(std::ostream &out) {
    out << "kith forms clusters: strategies discover peers, connectors connect them.\n\nUsage: kith COMMAND [...]\n\n";
    for (const Command &command : command_table()) {
        out << "  " << command.name << std::string(13 - command.name.size(), ' ') << command.about << '\n';
    }
    out << "\n`kith COMMAND --help` prints its options. Exit status: 0 success, 1 a negative result, 2 invalid usage or "
           "configuration,\n"
           "3 a source or directory could not be read.\n";
}

} // namespace

int main(int argc, char **argv) try {
    if (argc > 0 && kith::isolation::is_plugin_host(argv[0])) return kith::isolation::run_plugin_host(argc, argv);
    if (argc < 2) {
        help(std::cerr);
        return exit_usage;
    }
    const std::string_view name = argv[1];
    const Arguments arguments(argv + 2, argv + argc);
    for (const Command &command : command_table()) {
        if (command.name == name) return command.call(arguments);
    }
    if (name == "--version") return version(arguments);
    if (name == "--help" || name == "-h" || name == "help") {
        help(std::cout);
        return exit_ok;
    }
    std::cerr << "kith: there is no command `" << name << "`\nTry `kith --help`.\n";
    return exit_usage;
} catch (const std::exception &error) {
    std::cerr << "kith: " << error.what() << '\n';
    return exit_negative;
}
