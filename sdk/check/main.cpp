// SPDX-License-Identifier: MIT
//
// kith-check-plugin. For --isolated it replaces itself by kith-check-isolated, which belongs to the host: the SDK does not know how the daemon
// runs a plugin in a process of its own.
#include "command_line.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>

#ifndef KITH_LIBEXEC_FROM_BIN
#error "the build defines KITH_LIBEXEC_FROM_BIN, where kith-check-isolated is installed"
#endif

namespace {

// In a build tree it is in the parent directory.
void become_isolating_checker(char **arguments) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    std::string tried;
    for (const fs::path &place : {here / KITH_LIBEXEC_FROM_BIN, here / ".."}) {
        const std::string program = (place / "kith-check-isolated").lexically_normal();
        ::execv(program.c_str(), arguments);
        tried += (tried.empty() ? "" : ", nor ") + program + " (" + std::strerror(errno) + ")";
    }
    throw std::runtime_error("--isolated needs the program kith-check-isolated, which cannot be started: neither " + tried +
                             "; it is installed with kith-check-plugin");
}

} // namespace

int main(int argc, char **argv) {
    return kith::check::run_checker(argc, argv, [argv](const auto &) {
        become_isolating_checker(argv);
        return nullptr;
    });
}
