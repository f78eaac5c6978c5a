// SPDX-License-Identifier: MIT
#include "ask.hpp"

#include <iostream>

namespace kith::app {

int refresh(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "refresh";
    command_line.synopsis = "kith refresh [--json] [--socket PATH]";
    command_line.about =
        "Has every strategy of the running daemon look now, and every connector report its links. Needs the right of control:\n"
        "root, the daemon's user, or the group that api.control_group names.\n"
        "Example: kith refresh && kith events --follow\n"
        "Exit status: 0 it was asked for, 1 it was refused, 2 bad usage, 3 nobody answers.\n";
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    Ask ask("refresh", *values);
    const auto answer = ask.post("/v1/refresh");
    if (!answer) return ask.status();
    if (ask.json()) {
        std::cout << *answer << '\n';
    } else {
        std::cout << "every strategy looks now\n";
    }
    return exit_ok;
}

} // namespace kith::app
