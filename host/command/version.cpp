// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <kith/plugin.h>

#include <iostream>

namespace kith::app {

int version(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "version";
    command_line.synopsis = "kith version [--json]";
    command_line.about = "Prints the version of kith and of its plugin ABI.\n";
    command_line.options.add_options()("json", "as one JSON object");
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;
    if (values->count("json") != 0) {
        std::cout << R"({"version": ")" KITH_VERSION R"(", "abi": ")" << KITH_ABI_MAJOR << '.' << KITH_ABI_MINOR << "\"}\n";
    } else {
        std::cout << "kith " KITH_VERSION ", plugin ABI " << KITH_ABI_MAJOR << '.' << KITH_ABI_MINOR << '\n';
    }
    return exit_ok;
}

} // namespace kith::app
