// SPDX-License-Identifier: MIT
#include "command_table.hpp"

#include "command_line.hpp"
#include "sim_command_line.hpp"

namespace kith::app {

namespace {

constexpr Command all_commands[] = {
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
    {"leave", "leave a distribution of kith's own for good", leave},
    {"mesh", "make keys and certificates of a mesh; send and follow its messages", mesh},
    {"page", "serve the status page of the running daemon to a browser on this machine", page},
    {"debug", "write an archive for a bug report, without secrets", debug},
    {"init", "write a configuration for what is found on this machine", init},
    {"check", "validate a configuration; starts no daemon", check},
    {"discover", "query each strategy and print the peers, once or with --watch; connects none", discover},
    {"plugins", "list the plugins and the refused files; print options", plugins},
    {"schema", "print a JSON Schema of the whole configuration, for editors", schema},
    {"sim", "run a scenario of hosts and faults in a simulated network", sim},
    {"completions", "print the completions for bash, zsh or fish", completions},
    {"manual", "print a manual page", manual},
    {"version", "print the version", version},
};

CommandOption as_option(const boost::program_options::option_description &option) {
    CommandOption out{option.long_name(), {}, option.description()};
    if (option.semantic()->max_tokens() != 0) {
        out.value = option.format_parameter();
        if (out.value == "arg") out.value = "VALUE";
    }
    return out;
}

} // namespace

std::span<const Command> command_table() { return all_commands; }

std::vector<CommandUsage> command_usages() {
    std::vector<CommandUsage> usages;
    for (const Command &command : all_commands) {
        CommandUsage usage{command.name, command.about, "kith " + std::string(command.name) + " [...]", {}, {}};
        const ParseObserver observer([&usage](const CommandLine &line) {
            usage.synopsis = line.synopsis;
            usage.description = line.about;
            for (const auto &option : line.options.options()) usage.options.push_back(as_option(*option));
        });
        if (command.name == "sim") { // it is a program of its own, which parses its command line
            int status = exit_ok;
            CommandLine line = sim_command_line();
            parse(line, {}, status);
        } else {
            command.call({});
        }
        usages.push_back(std::move(usage));
    }
    return usages;
}

} // namespace kith::app
