// SPDX-License-Identifier: MIT
//
// kith-check-isolated: what kith-check-plugin becomes for --isolated.
#include "isolating_entry.hpp"

#include "../isolator.hpp"

#include <sdk/check/command_line.hpp>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

using namespace kith;

int main(int argc, char **argv) {
    return check::run_checker(argc, argv, [](const check::IsolationRequest &request) {
        const std::string program = isolation::helper_program();
        if (::access(program.c_str(), X_OK) != 0)
            throw std::runtime_error("--isolated needs the program kith-plugin-host, and " + program + " cannot be started (" +
                                     std::strerror(errno) + "); install the package kith of the same version");
        return std::make_unique<isolation::IsolatingEntry>(request, program);
    });
}
