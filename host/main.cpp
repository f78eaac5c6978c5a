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
    {"status", "print the health of the running daemon", status},
    {"peers", "list the peers of the running daemon", peers},
    {"why", "explain why a peer is linked or not, and what to do", why},
    {"events", "print and follow the events of the running daemon", events},
    {"refresh", "make every strategy of the running daemon query its source now", refresh},
    {"reload", "apply the changed configuration to the running daemon", reload},
    {"pause", "stop connecting and disconnecting peers of a topology for a time", pause},
    {"resume", "end the pause of a topology", resume},
    {"confirm", "confirm the removals that the guard of a topology holds", confirm},
    {"hold", "keep the link of one peer and do not connect it, for a time", hold},
    {"forget", "treat one peer as gone now", forget},
    {"check", "validate a configuration; starts no daemon", check},
    {"discover", "query each strategy once and print the peers; connects none", discover},
    {"plugins", "list the plugins and the refused files; print options", plugins},
    {"schema", "print a JSON Schema of the whole configuration, for editors", schema},
    {"sim", "run a scenario of hosts and faults in a simulated network", sim},
    {"version", "print the version", version},
};

void help(std::ostream &out) {
    out << "kith forms clusters: strategies discover peers, connectors connect them.\n\nUsage: kith COMMAND [...]\n\n";
    for (const Command &command : commands) {
        out << "  " << command.name << std::string(12 - command.name.size(), ' ') << command.about << '\n';
    }
    out << "\n`kith COMMAND --help` prints its options. Exit status: 0 success, 1 a negative result, 2 invalid usage or "
           "configuration,\n"
           "3 a source or directory could not be read.\n";
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
