// SPDX-License-Identifier: MIT
#include "command/commands.hpp"

#include <exception>
#include <iostream>
#include <string_view>

namespace {

using namespace kith::app;

struct Command {
    std::string_view name;
    std::string_view about;
    int (*call)(const Arguments &);
};

constexpr Command commands[] = {
    {"run", "run the daemon: kith run [CONFIG]", run},
    {"check", "validate a configuration without starting anything", check},
    {"discover", "look once, connect nothing, print the peers", discover},
    {"plugins", "list the plugins, their options, and why a file was refused", plugins},
    {"schema", "print a JSON Schema of the whole configuration, for editors", schema},
    {"sim", "rehearse hosts and faults in a simulated world", sim},
    {"version", "print the version", version},
};

void help(std::ostream &out) {
    out << "kith forms clusters: strategies find peers, connectors join them.\n\nUsage: kith COMMAND [...]\n\n";
    for (const Command &command : commands) {
        out << "  " << command.name << std::string(12 - command.name.size(), ' ') << command.about << '\n';
    }
    out << "\n`kith COMMAND --help` tells more. Exit status: 0 good, 1 the answer is no, 2 bad usage or configuration,\n"
           "3 could not reach.\n";
}

} // namespace

int main(int argc, char **argv) try {
    if (argc < 2) {
        help(std::cerr);
        return exit_usage;
    }
    const std::string_view name = argv[1];
    const Arguments arguments(argv + 2, argv + argc);
    for (const Command &command : commands) {
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
