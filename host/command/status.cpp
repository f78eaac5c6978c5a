// SPDX-License-Identifier: MIT
#include "ask.hpp"
#include "table.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace kith::app {

int status(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "status";
    command_line.synopsis = "kith status [--json] [--socket PATH]";
    command_line.about =
        "Asks the running daemon how it is: one line for each topology, and the reason of each that is not ok.\n"
        "Example: kith status --socket /run/kith/kith.sock\n"
        "Exit status: 0 no topology is failing, 1 one is, 2 bad usage, 3 nobody answers. A topology is degraded while it\n"
        "works with what it knows, such as in an outage of its source; that is no reason to restart anything.\n";
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    Ask ask("status", *values);
    const auto answer = ask.get_json("/v1/status");
    if (!answer) return ask.status();
    bool failing = false;
    const bool colours = colours_wanted();
    std::vector<std::vector<std::string>> rows{{"TOPOLOGY", "PEERS", "LINKED", "CONNECTOR", "HEALTH"}};
    std::string reasons;
    for (const auto &topology : list_at(*answer, "topologies")) {
        const std::string health = text_at(topology, "health");
        failing = failing || health == "failing";
        rows.push_back({text_at(topology, "name"), std::to_string(number_at(topology, "peers")),
                        std::to_string(number_at(topology, "linked")), text_at(topology, "connector"), health});
        if (const std::string reason = text_at(topology, "reason"); !reason.empty())
            reasons += text_at(topology, "name") + " is " + coloured(health, colours) + ": " + reason + '\n';
    }
    for (const auto &one : list_at(*answer, "quarantined"))
        reasons +=
            text_at(one, "instance") + " is in " + coloured("quarantine", colours) + ": " + text_at(one, "reason") + '\n';
    if (ask.json()) {
        std::cout << *answer << '\n';
    } else {
        const auto *configuration = answer->get_object().if_contains("configuration");
        std::cout << "kith " << text_at(*answer, "version") << ", pid " << number_at(*answer, "pid") << ", up "
                  << rough_duration(number_at(*answer, "uptime_seconds")) << ", "
                  << (configuration == nullptr ? std::string{} : text_at(*configuration, "file")) << '\n'
                  << table_text(rows) << reasons;
    }
    return failing ? exit_negative : exit_ok;
}

} // namespace kith::app
