// SPDX-License-Identifier: MIT
#include "ask.hpp"
#include "commands.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int plugins_retry(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "plugins retry";
    command_line.synopsis = "kith plugins retry FILE [--json] [--socket PATH]";
    command_line.about =
        "Ends the quarantine of the instances of a plugin's file in the running daemon, which starts them now. FILE is the "
        "name that\n"
        "`kith status` shows. Needs the right of control: root, the daemon's user, or the group that api.control_group names.\n"
        "Example: kith plugins retry libstrategy_x.so\n"
        "Exit status: 0 it was asked for, 1 there is no such file in use, 2 bad usage, 3 nobody answers.\n";
    Ask::add_options(command_line);
    command_line.hidden.add_options()("file", po::value<std::string>());
    command_line.positional.add("file", 1);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    if (values->count("file") == 0) return usage_error("plugins retry", "the name of a plugin's file is expected");
    Ask ask("plugins retry", *values);
    const std::string file = (*values)["file"].as<std::string>();
    const auto answer = ask.post("/v1/plugins/" + url_encoded(file) + "/retry");
    if (!answer) return ask.status();
    if (ask.json()) {
        std::cout << *answer << '\n';
    } else {
        std::cout << "instances of " << file << " that are started again: " << number_at(boost::json::parse(*answer), "retried")
                  << '\n';
    }
    return exit_ok;
}

} // namespace kith::app
