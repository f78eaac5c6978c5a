// SPDX-License-Identifier: MIT
#include "mesh.hpp"

#include "command_line.hpp"

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int leave(const Arguments &arguments) {
    CommandLine line;
    line.name = "leave";
    line.synopsis = "kith leave [CONNECTOR] [--json] [--socket PATH]";
    line.about =
        "Has the running daemon leave a distribution of kith's own for good: the other members learn that it does not\n"
        "come back, and connect it no more. The connector is detached then; a start of kith joins again. To stop the daemon "
        "for\n"
        "a time, end it: to the others it is restarting then. Needs the right of control: root, the daemon's user, or the "
        "group\n"
        "that api.control_group names.\n"
        "Example: kith leave && systemctl disable --now kith\n"
        "Exit status: 0 it has left, 1 it was refused, 2 bad usage, 3 nobody answers.\n";
    Ask::add_options(line);
    line.hidden.add_options()("connector", po::value<std::string>());
    line.positional.add("connector", 1);
    int code = exit_ok;
    const auto values = parse(line, arguments, code);
    if (!values) return code;
    Ask ask("leave", *values);
    const auto connector = connector_to_ask(
        ask, "leave", values->count("connector") != 0 ? (*values)["connector"].as<std::string>() : std::string(), code);
    if (!connector) return code;
    ask.wait_for(std::chrono::seconds(8)); // the daemon waits 5 s for the connector
    const auto answer = ask.post("/v1/connectors/" + url_encoded(*connector) + "/leave");
    if (!answer) return ask.status();
    std::cout << (ask.json() ? *answer : "connector " + *connector + " has left") << '\n';
    return exit_ok;
}

} // namespace kith::app
