// SPDX-License-Identifier: MIT
#include "ask.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int why(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "why";
    command_line.synopsis = "kith why NAME [--json] [--socket PATH]";
    command_line.about =
        "Why a peer is linked or is not: the first line names the cause, the second what to do; then what the daemon knows of\n"
        "it, a line for each topology.\n"
        "Example: kith why app@10.0.0.8\n"
        "Exit status: 0 it is linked, or is the local node, 1 it is not, 2 bad usage, 3 nobody answers.\n";
    command_line.hidden.add_options()("name", po::value<std::string>());
    command_line.positional.add("name", 1);
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    if (values->count("name") == 0) return usage_error("why", "the name of a peer is missing");
    Ask ask("why", *values);
    const auto answer = ask.get_json("/v1/peers/" + url_encoded((*values)["name"].as<std::string>()) + "/why");
    if (!answer) return ask.status();
    bool good = false;
    for (const auto &topology : list_at(*answer, "topologies")) {
        const std::string its = text_at(topology, "code");
        good = good || its == "linked" || its == "local_node";
    }
    if (ask.json()) {
        std::cout << *answer << '\n';
        return good ? exit_ok : exit_negative;
    }
    for (const auto &line : list_at(*answer, "lines")) {
        if (line.is_string()) std::cout << std::string_view(line.get_string().data(), line.get_string().size()) << '\n';
    }
    for (const auto &topology : list_at(*answer, "topologies"))
        std::cout << "topology " << text_at(topology, "topology") << ": " << text_at(topology, "details") << '\n';
    return good ? exit_ok : exit_negative;
}

} // namespace kith::app
