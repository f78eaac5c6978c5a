// SPDX-License-Identifier: MIT
#include "sandbox.hpp"

#include "landlock.hpp"
#include "needed_libraries.hpp"
#include "process_limits.hpp"
#include "system_call_filter.hpp"
#include "trapped_calls.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace kith::isolation {

namespace {

using Outcome = boost::system::result<void, std::string>;

constexpr std::uint64_t few_descriptors = 64, many_descriptors = 1024;

std::string failed(const char *what) { return std::string(what) + ": " + std::strerror(errno); }

Outcome check(const SandboxSettings &settings) {
    int type = 0;
    socklen_t size = sizeof type;
    if (settings.socket_fd <= STDERR_FILENO || settings.library_fd <= STDERR_FILENO || settings.words_fd <= STDIN_FILENO)
        return std::string(
            "the socket and the library must not be standard input, output or error, and words not standard input");
    if (::getsockopt(settings.socket_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return failed("the socket");
    // A datagram could be sent to another socket.
    if (type != SOCK_STREAM && type != SOCK_SEQPACKET)
        return std::string("a connected stream or sequence of packets is expected");
    return {};
}

// Standard input is a pipe at its end: /dev/null may be missing.
Outcome arrange_descriptors(const SandboxSettings &settings) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return failed("pipe2");
    struct stat words {};
    if (::fstat(settings.words_fd, &words) != 0) return failed("the pipe for words");
    if (S_ISREG(words.st_mode)) return std::string("the pipe for words is a file, which must not grow");
    if (S_ISFIFO(words.st_mode)) ::fcntl(settings.words_fd, F_SETFL, ::fcntl(settings.words_fd, F_GETFL) | O_NONBLOCK);
    if (::dup2(ends[0], STDIN_FILENO) < 0) return failed("dup2");
    for (const int standard : {STDOUT_FILENO, STDERR_FILENO})
        if (::dup2(settings.words_fd, standard) < 0) return failed("dup2");
    close_other_descriptors({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, settings.socket_fd, settings.words_fd,
                             settings.wake_fd, settings.library_fd});
    return {};
}

Outcome restrict_files(Profile profile) {
    if (profile == Profile::foreign_io) return restrict_by_landlock(std::vector<std::string>{"/"}, true);
    return restrict_by_landlock(library_directories(), false);
}

Outcome restrict_process(const SandboxSettings &settings, bool landlock) {
    const bool foreign = settings.profile == Profile::foreign_io;
    // Where Landlock is missing, the filter cannot permit reading of files without that of /proc/PID of other processes.
    if (foreign && !landlock)
        return std::string(
            "a plugin with sockets of its own (KITH_FLAG_FOREIGN_IO) is isolated only where the kernel has Landlock "
            "(Linux 5.13, and `landlock` in /sys/kernel/security/lsm); write \"isolate\": \"crash\" for the instance "
            "if it may have all rights of kith");
    if (auto loaded = load_needed_libraries(settings.library_fd); !loaded) return loaded;
    if (!handle_trapped_calls(settings.words_fd, landlock ? -1 : settings.library_fd)) return failed("sigaction");
    if (!limit_resources(foreign ? many_descriptors : few_descriptors)) return failed("setrlimit");
    if (!drop_privileges()) return failed("capset or prctl");
    if (landlock)
        if (auto restricted = restrict_files(settings.profile); !restricted) return restricted;
    if (auto filtered = filter_calls(settings.profile, landlock); !filtered)
        return filtered.error() + "; write \"isolate\": \"crash\" for the instance if it may have all rights of kith";
    return {};
}

long open_a_file() { return ::open("/proc/self/status", O_RDONLY); }

long map_executable() {
    constexpr std::size_t page = 4096;
    return ::mmap(nullptr, page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

} // namespace

boost::system::result<Mechanism, std::string> enter_before_load(const SandboxSettings &settings) {
    const bool landlock = settings.landlock && landlock_version() > 0;
    if (auto correct = check(settings); !correct) return correct.error();
    if (auto arranged = arrange_descriptors(settings); !arranged) return arranged.error();
    if (!limit_memory(settings.memory_limit)) return failed("setrlimit");
    if (settings.profile == Profile::none) return Mechanism::none;
    if (auto restricted = restrict_process(settings, landlock); !restricted) return restricted.error();
    return landlock ? Mechanism::landlock : Mechanism::seccomp;
}

Outcome enter_after_load(const SandboxSettings &settings) {
    if (settings.profile == Profile::none) return {};
    forget_library();
    if (auto filtered = filter_calls_after_load(settings.profile); !filtered) return filtered;
    if (settings.profile == Profile::foreign_io || (is_trapped(open_a_file) && is_trapped(map_executable))) return {};
    return std::string("the second filter of system calls has no effect: a constructor of the library interferes with it");
}

std::string_view mechanism_text(Mechanism mechanism) noexcept {
    switch (mechanism) {
    case Mechanism::none: return "no sandbox";
    case Mechanism::seccomp: return "seccomp";
    case Mechanism::landlock: return "Landlock and seccomp";
    }
    return "";
}

} // namespace kith::isolation
