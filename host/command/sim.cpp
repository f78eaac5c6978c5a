// SPDX-License-Identifier: MIT
//
// The simulated world is a program of its own, `kith-sim`: the daemon's would hold its code in memory and never use it.
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
    std::vector<std::string> arguments{"kith-sim"};
    arguments.insert(arguments.end(), arguments.begin(), arguments.end());
    if (std::none_of(arguments.begin(), arguments.end(),
                     [](const std::string &word) { return word.starts_with("--plugins"); })) {
        arguments.push_back("--plugins=" + default_plugin_dir());
    }
    std::vector<char *> argv;
    for (std::string &argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    // Pages of 2 MiB for its heap, where the system gives them to who asks: a thousand hosts are more than the processor knows by heart.
    ::setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0);
    std::error_code error;
    const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    const std::string beside = here / "kith-sim";
    for (const std::string &program :
         {beside, std::string(here / KITH_LIBEXEC_FROM_BIN "/kith-sim"), std::string(KITH_LIBEXEC_DIR "/kith-sim")})
        ::execv(program.c_str(), argv.data());
    std::cerr << "kith sim: it is a program of its own, kith-sim, and can be run neither as " << beside
              << " nor as " KITH_LIBEXEC_DIR "/kith-sim; install it\n";
    return exit_usage;
}

} // namespace kith::app
