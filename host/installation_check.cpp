// SPDX-License-Identifier: MIT
#include "installation_check.hpp"

#include <core/engine/isolation_choice.hpp>
#include <host/isolation/isolator.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kith::app {

std::string file_fault(const std::string &path, core::FileUse use) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 ||
        ::faccessat(AT_FDCWD, path.c_str(), use == core::FileUse::read ? R_OK : X_OK, AT_EACCESS) != 0)
        return std::strerror(errno);
    return S_ISDIR(info.st_mode) ? "it is a directory" : "";
}

void check_helper_program(const std::string &file, const core::Config &config, const core::Registry &registry,
                          core::Diagnostics &diagnostics) {
    const auto isolated = [&](const core::Plugin *plugin) { return core::needs_helper(config, *plugin); };
    const auto first = std::ranges::find_if(registry.plugins(), isolated);
    if (first == registry.plugins().end()) return;
    const std::string program = isolation::helper_program();
    if (const auto fault = file_fault(program, core::FileUse::execute); !fault.empty())
        diagnostics.warnings.push_back(
            {file, 0, 0, "plugins",
             "the plugin " + std::string((*first)->id()) + " runs in a process of its own, and the program for it, " + program +
                 ", cannot be started: " + fault + "; it is part of kith: install the package kith again"});
}

} // namespace kith::app
