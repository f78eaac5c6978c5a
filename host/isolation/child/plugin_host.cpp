// SPDX-License-Identifier: MIT
#include "plugin_host.hpp"

#include "../hello.hpp"
#include "helper.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace kith::isolation {

namespace {

// Whether it was started by kith, which lives: its parent's number is the first argument.
bool follows_parent(const char *parent) { return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == std::atoi(parent); }

CallTrace *map_trace() {
    void *const page = ::mmap(nullptr, sizeof(CallTrace), PROT_READ | PROT_WRITE, MAP_SHARED, trace_fd, 0);
    ::close(trace_fd);
    return page == MAP_FAILED ? nullptr : static_cast<CallTrace *>(page);
}

} // namespace

bool is_plugin_host(const char *program) noexcept {
    const std::string_view path = program == nullptr ? "" : program;
    return path.substr(path.rfind('/') + 1) == "kith-plugin-host";
}

int run_plugin_host(int count, char **arguments) {
    if (count != 3 || ::fcntl(socket_fd, F_GETFD) < 0 || ::fcntl(library_fd, F_GETFD) < 0) {
        std::fputs("kith-plugin-host is started by kith, for a plugin that runs in a process of its own\n", stderr);
        return 2;
    }
    if (!follows_parent(arguments[1])) return 0; // kith has ended meanwhile
    for (const int fd : {socket_fd, library_fd}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    try {
        Helper helper(socket_fd, core::Fd(library_fd), map_trace());
        helper.run();
        ::_exit(0); // no code of the plugin runs any more, not even that which unloading would run
    } catch (const std::exception &error) {
        std::fprintf(stderr, "kith-plugin-host: %s\n", error.what());
        std::fflush(stderr);
        ::_exit(70);
    }
}

} // namespace kith::isolation
