// SPDX-License-Identifier: MIT
#include "trapped_calls.hpp"

#include "refused_call.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace kith::isolation {

namespace {

// All of it is set before the filter is loaded; the handler, which can interrupt any code, allocates nothing.
constexpr std::size_t max_calls = 512;
std::array<std::array<char, 32>, max_calls> names;
std::array<std::atomic<bool>, max_calls> reported;
std::array<std::array<char, 48>, 2> library_paths; // by "self", and by the process id as core::proc_path does
volatile std::sig_atomic_t library_fd = -1;
volatile std::sig_atomic_t probing = 0, probed = 0;
int words_fd = -1;

// The registers of a system call.
#if defined(__x86_64__)
std::uint64_t argument(const ucontext_t &context, int which) noexcept {
    constexpr std::array registers = {REG_RDI, REG_RSI, REG_RDX};
    return static_cast<std::uint64_t>(context.uc_mcontext.gregs[registers.at(static_cast<std::size_t>(which))]);
}
void answer(ucontext_t &context, long result) noexcept { context.uc_mcontext.gregs[REG_RAX] = result; }
#elif defined(__aarch64__)
std::uint64_t argument(const ucontext_t &context, int which) noexcept { return context.uc_mcontext.regs[which]; }
void answer(ucontext_t &context, long result) noexcept { context.uc_mcontext.regs[0] = static_cast<std::uint64_t>(result); }
#else
#error "the registers of a system call on this machine are not known"
#endif

bool opens_library(int call, const ucontext_t &context) noexcept {
    if (call != SYS_openat || library_fd < 0) return false;
    const auto *const path = reinterpret_cast<const char *>(argument(context, 1));
    return std::ranges::any_of(library_paths, [path](const auto &one) { return std::strcmp(path, one.data()) == 0; });
}

void report(int call) noexcept {
    const auto which = static_cast<std::size_t>(call);
    if (which >= max_calls || reported[which].exchange(true)) return;
    std::array<char, 64> line{};
    char *end = std::copy(refused_call_line.begin(), refused_call_line.end(), line.begin());
    end = std::copy_n(names[which].data(), std::strlen(names[which].data()), end);
    *end++ = '\n';
    (void)!::write(words_fd, line.data(), static_cast<std::size_t>(end - line.data())); // a full pipe loses the report
}

void on_trap(int, siginfo_t *info, void *raw) noexcept {
    const int before = errno;
    auto &context = *static_cast<ucontext_t *>(raw);
    if (opens_library(info->si_syscall, context)) {
        ::lseek(library_fd, 0, SEEK_SET); // the duplicate has the same position
        answer(context, ::fcntl(library_fd, F_DUPFD_CLOEXEC, 0));
    } else {
        if (probing == 0) report(info->si_syscall);
        probed = 1;
        answer(context, -EPERM);
    }
    errno = before;
}

} // namespace

bool handle_trapped_calls(int words, int library) {
    for (std::size_t i = 0; i < max_calls; ++i) {
        char *const name = ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(i));
        const std::string text = name == nullptr ? "number " + std::to_string(i) : name;
        text.copy(names[i].data(), names[i].size() - 1);
        std::free(name);
    }
    words_fd = words;
    std::array<char, 24> process{}; // as this /proc numbers it
    (void)!::readlink("/proc/self", process.data(), process.size() - 1);
    std::snprintf(library_paths[0].data(), library_paths[0].size(), "/proc/self/fd/%d", library);
    std::snprintf(library_paths[1].data(), library_paths[1].size(), "/proc/%s/fd/%d", process.data(), library);
    library_fd = library;
    struct sigaction action {};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART;
    return ::sigaction(SIGSYS, &action, nullptr) == 0;
}

void forget_library() noexcept { library_fd = -1; }

bool is_trapped(long (*call)()) noexcept {
    probing = 1;
    probed = 0;
    const bool refused = call() < 0 && errno == EPERM;
    probing = 0;
    return refused && probed != 0;
}

} // namespace kith::isolation
