// SPDX-License-Identifier: MIT
//
// Runs kith-sim. The simulation is a separate program, so that the daemon's does not contain its code.
#include "commands.hpp"

#include <host/config_loading.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <unistd.h>

#ifndef KITH_LIBEXEC_DIR
#error "the build defines KITH_LIBEXEC_DIR, where kith-sim is installed"
#endif

namespace kith::app {

int sim(const Arguments &arguments) {
    std::vector<std::string> sim_arguments{"kith-sim"};
    // In front of the others: after them it would be taken as the value of a last option that has none.
    if (std::none_of(arguments.begin(), arguments.end(), [](const std::string &word) { return word.starts_with("--plugins"); }))
        sim_arguments.push_back("--plugins=" + default_plugin_dir());
    sim_arguments.insert(sim_arguments.end(), arguments.begin(), arguments.end());
    std::vector<char *> argv;
    for (std::string &argument : sim_arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    // Huge pages (2 MiB) for its heap where the system permits: the memory of a thousand hosts exceeds the reach of the TLB.
    ::setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0);
    std::error_code error;
    const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    const std::string beside = here / "kith-sim";
    for (const std::string &program :
         {beside, std::string(here / KITH_LIBEXEC_FROM_BIN "/kith-sim"), std::string(KITH_LIBEXEC_DIR "/kith-sim")})
        ::execv(program.c_str(), argv.data());
    std::cerr << "kith sim: the program kith-sim was found neither as " << beside
              << " nor as " KITH_LIBEXEC_DIR "/kith-sim; install it\n";
    return exit_usage;
}

} // namespace kith::app
