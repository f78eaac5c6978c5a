// SPDX-License-Identifier: MIT
#include "usage.hpp"

#include <kith/plugin.h>

#include <iostream>

namespace kith::app {

int version(const Words &words) {
    Usage usage;
    usage.name = "version";
    usage.synopsis = "kith version [--json]";
    usage.about = "Prints the version of kith and of its plugin ABI.\n";
    usage.options.add_options()("json", "as one JSON object");
    int status = exit_good;
    const auto values = parse(usage, words, status);
    if (!values) return status;
    if (values->count("json") != 0) {
        std::cout << R"({"version": ")" KITH_VERSION R"(", "abi": ")" << KITH_ABI_MAJOR << '.' << KITH_ABI_MINOR << "\"}\n";
    } else {
        std::cout << "kith " KITH_VERSION ", plugin ABI " << KITH_ABI_MAJOR << '.' << KITH_ABI_MINOR << '\n';
    }
    return exit_good;
}

} // namespace kith::app
