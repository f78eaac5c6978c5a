// SPDX-License-Identifier: MIT
//
// Functions that a plugin must not call, as far as its undefined symbols show the calls.
#include "plugin_test.hpp"

#include <algorithm>
#include <array>

namespace kith::check {

namespace {

using namespace std::string_view_literals;

// Functions that change the state of the whole process (P1).
constexpr std::array changes_process{
    "atexit"sv,
    "on_exit"sv,
    "at_quick_exit"sv,
    "signal"sv,
    "bsd_signal"sv,
    "sysv_signal"sv,
    "__sysv_signal"sv,
    "sigaction"sv,
    "sigprocmask"sv,
    "setlocale"sv,
    "uselocale"sv,
    "chdir"sv,
    "fchdir"sv,
    "umask"sv,
    "setenv"sv,
    "unsetenv"sv,
    "putenv"sv,
    "clearenv"sv,
    "setrlimit"sv,
    "setrlimit64"sv,
    "setuid"sv,
    "setgid"sv,
    "_ZSt13set_terminatePFvvE"sv,
    "_ZNSt13set_terminatePFvvE"sv,
    "_ZSt15set_new_handlerPFvvE"sv,
    "_ZNSt6locale6globalERKS_"sv,
};

constexpr std::array starts_threads{
    "pthread_create"sv,
    "thrd_create"sv,
    "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE"sv,
};

// Functions that access time, randomness, files, environment, programs, DNS or network without a service (D1).
constexpr std::array bypasses_services{
    // time
    "time"sv,
    "gettimeofday"sv,
    "clock_gettime"sv,
    "clock"sv,
    "times"sv,
    "timespec_get"sv,
    "sleep"sv,
    "usleep"sv,
    "nanosleep"sv,
    "clock_nanosleep"sv,
    "timer_create"sv,
    "timerfd_create"sv,
    "alarm"sv,
    "setitimer"sv,
    "_ZNSt6chrono3_V212system_clock3nowEv"sv,
    "_ZNSt6chrono3_V212steady_clock3nowEv"sv,
    // randomness
    "rand"sv,
    "rand_r"sv,
    "random"sv,
    "drand48"sv,
    "lrand48"sv,
    "getrandom"sv,
    "getentropy"sv,
    "arc4random"sv,
    "arc4random_buf"sv,
    "arc4random_uniform"sv,
    "_ZNSt13random_device9_M_getvalEv"sv,
    // files and environment
    "open"sv,
    "open64"sv,
    "openat"sv,
    "openat64"sv,
    "creat"sv,
    "fopen"sv,
    "fopen64"sv,
    "freopen"sv,
    "opendir"sv,
    "mkdir"sv,
    "unlink"sv,
    "rename"sv,
    "remove"sv,
    "stat"sv,
    "stat64"sv,
    "lstat"sv,
    "access"sv,
    "inotify_init"sv,
    "inotify_init1"sv,
    "getenv"sv, // not secure_getenv: libstdc++ from GCC 13 on, linked statically, calls it for the size of its emergency pool
    "environ"sv,
    "gethostname"sv,
    // programs
    "fork"sv,
    "vfork"sv,
    "clone"sv,
    "posix_spawn"sv,
    "posix_spawnp"sv,
    "system"sv,
    "popen"sv,
    "execv"sv,
    "execve"sv,
    "execvp"sv,
    "execl"sv,
    "execlp"sv,
    // DNS and network
    "socket"sv,
    "socketpair"sv,
    "connect"sv,
    "bind"sv,
    "listen"sv,
    "accept"sv,
    "accept4"sv,
    "sendto"sv,
    "recvfrom"sv,
    "getaddrinfo"sv,
    "gethostbyname"sv,
    "gethostbyname_r"sv,
    "getifaddrs"sv,
    "res_query"sv,
    "__res_query"sv,
    "res_nquery"sv,
    "poll"sv,
    "select"sv,
    "epoll_create"sv,
    "epoll_create1"sv,
    "epoll_wait"sv,
};

// Prefixes of mangled names: whole classes of the C++ library.
constexpr std::array bypassing_classes{
    "_ZNSt13basic_filebufI"sv, "_ZNSt14basic_ifstreamI"sv, "_ZNSt14basic_ofstreamI"sv,
    "_ZNSt13basic_fstreamI"sv, "_ZNSt10filesystem"sv,      "_ZNSt13random_device7_M_init"sv,
};

template <class Wanted>
std::vector<std::string> among(const std::vector<std::string> &imports, Wanted &&wanted) {
    std::vector<std::string> found;
    std::ranges::copy_if(imports, std::back_inserter(found), wanted);
    return found;
}

template <std::size_t N>
auto any_of(const std::array<std::string_view, N> &names) {
    return [&names](const std::string &name) { return std::ranges::find(names, name) != names.end(); };
}

bool all_have_flag(const TestInput &input, std::uint32_t flag) {
    const PluginLibrary library(input);
    return std::ranges::all_of(library.descriptors(), [flag](const auto *d) { return (d->flags & flag) != 0; });
}

void imports(const TestInput &input) {
    skip_when_sanitized(input);
    const auto found = among(input.elf.imports, any_of(changes_process));
    if (!found.empty()) throw RuleViolation("it calls " + list(found) + ", which changes the whole process");
    const auto threads = among(input.elf.imports, any_of(starts_threads));
    if (threads.empty()) return;
    const PluginLibrary library(input);
    for (const auto *d : library.descriptors())
        if ((d->flags & KITH_FLAG_THREADS) != 0) return;
    throw RuleViolation("it calls " + list(threads) + ", but no descriptor has KITH_FLAG_THREADS");
}

void services_only(const TestInput &input) {
    skip_when_sanitized(input);
    const auto found = among(input.elf.imports, [](const std::string &name) {
        return any_of(bypasses_services)(name) ||
               std::ranges::any_of(bypassing_classes, [&](std::string_view prefix) { return name.starts_with(prefix); });
    });
    if (found.empty() || all_have_flag(input, KITH_FLAG_FOREIGN_IO)) return;
    if (input.elf.rust)
        throw TestSkipped("it contains Rust's standard library, which imports more functions than the plugin calls");
    throw RuleViolation(
        "it calls " + list(found) +
        ": use the host's services for time, randomness, files, programs and network, or set KITH_FLAG_FOREIGN_IO");
}

constexpr Test import_test_table[] = {
    {"imports", "P1", "calls no function that changes the state of the process", imports},
    {"services_only", "D1", "accesses time, randomness, files, programs and network through services only", services_only},
};

} // namespace

std::span<const Test> import_tests() noexcept { return import_test_table; }

} // namespace kith::check
