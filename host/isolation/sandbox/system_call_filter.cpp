// SPDX-License-Identifier: MIT
#include "system_call_filter.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kith::isolation {

namespace {

using Condition = scmp_arg_cmp;

// Names of system calls, separated by spaces. No call of `computing` names a file, another process, or an address: sendto and sendmsg cannot
// change the peer of a connected stream.
constexpr std::string_view computing =
    "read readv pread64 preadv write writev recvfrom recvmsg sendto sendmsg shutdown close lseek fstat dup dup2 dup3 pipe "
    "pipe2 "
    "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 "
    "timerfd_create timerfd_settime timerfd_gettime nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time "
    "times "
    "brk munmap mremap madvise mincore membarrier mprotect "
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack restart_syscall "
    "futex futex_waitv set_robust_list set_tid_address rseq sched_yield sched_getaffinity getcpu "
    "getpid gettid getppid getuid geteuid getgid getegid getrusage getrlimit getrandom uname sysinfo exit exit_group";

// While the library is loaded. The kernel or Landlock decides which files.
constexpr std::string_view naming_files = "stat lstat statx access faccessat faccessat2 readlink readlinkat getcwd";

constexpr std::string_view scheduling = "sched_getparam sched_getscheduler sched_get_priority_min sched_get_priority_max";

constexpr std::string_view foreign = "connect bind listen accept accept4 getsockname getpeername getsockopt setsockopt "
                                     "sendmmsg recvmmsg getdents64 fstatfs statfs";

constexpr std::uint64_t thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
constexpr std::uint64_t other_flags = CLONE_PTRACE | CLONE_VFORK | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                      CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_IO;
// MAP_DROPPABLE of Linux 6.11, which getrandom of the C library uses. Memory that is shared is not counted by RLIMIT_DATA.
constexpr std::uint64_t mapping_types = 0x0f, map_droppable = 0x08;
constexpr std::uint64_t vma_name = 0x53564d41; // PR_SET_VMA

Condition equals(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
Condition masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

class Filter {
  public:
    explicit Filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {
        keep(context_ == nullptr ? -ENOMEM : 0);
        if (context_ == nullptr) return;
        keep(::seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        keep(::seccomp_attr_set(context_, SCMP_FLTATR_CTL_NNP, 0)); // it is set already
        keep(::seccomp_attr_set(context_, SCMP_FLTATR_CTL_TSYNC, 1));
        keep(::seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2)); // a tree: some eight comparisons for each call
    }
    ~Filter() { ::seccomp_release(context_); }
    Filter(const Filter &) = delete;
    Filter &operator=(const Filter &) = delete;

    // All conditions of one rule must hold; rules of one call are alternatives. Calls that this machine does not have are omitted.
    void add(std::uint32_t action, const std::string &name, std::initializer_list<Condition> conditions = {}) {
        const int number = ::seccomp_syscall_resolve_name(name.c_str());
        if (number < 0 || error_ != 0) return;
        keep(::seccomp_rule_add_array(context_, action, number, static_cast<unsigned>(conditions.size()), conditions.begin()));
    }
    void add_all(std::uint32_t action, std::string_view names) {
        for (std::size_t at = 0, end = 0; at < names.size(); at = end + 1) {
            end = std::min(names.find(' ', at), names.size());
            add(action, std::string(names.substr(at, end - at)));
        }
    }
    void allow(std::string_view names) { add_all(SCMP_ACT_ALLOW, names); }
    void allow(const char *name, std::initializer_list<Condition> conditions) { add(SCMP_ACT_ALLOW, name, conditions); }

    boost::system::result<void, std::string> load() {
        if (error_ == 0) keep(::seccomp_load(context_));
        if (error_ == 0) return {};
        return std::string("the filter of system calls (seccomp) cannot be loaded: ") + std::strerror(-error_);
    }

  private:
    void keep(int result) {
        if (result < 0 && error_ == 0) error_ = result;
    }

    scmp_filter_ctx context_;
    int error_ = 0;
};

void allow_parts_of_calls(Filter &filter) {
    const auto self = static_cast<std::uint64_t>(::getpid());
    for (const std::uint64_t type : {std::uint64_t{MAP_PRIVATE}, map_droppable})
        filter.allow("mmap", {masked(3, mapping_types, type)});
    for (const std::uint64_t command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL})
        filter.allow("fcntl", {equals(1, command)});
    for (const std::uint64_t request : {FIONREAD, FIONBIO, TCGETS}) filter.allow("ioctl", {equals(1, request)});
    for (const std::uint64_t option : {std::uint64_t{PR_SET_NAME}, std::uint64_t{PR_GET_NAME}, vma_name})
        filter.allow("prctl", {equals(0, option)});
    filter.allow("prlimit64", {equals(0, 0), equals(2, 0)}); // reads a limit of its own
    filter.allow("tgkill", {equals(0, self)});               // abort()
}

void allow_reading_files(Filter &filter) {
    // Every other flag makes, changes or truncates a file, or only names it.
    constexpr std::uint64_t harmless = O_CLOEXEC | O_NONBLOCK | O_DIRECTORY | O_NOFOLLOW | O_LARGEFILE | O_NOCTTY | O_NOATIME;
    filter.allow("openat", {masked(2, ~harmless, O_RDONLY)});
    filter.allow("open", {masked(1, ~harmless, O_RDONLY)});
}

void allow_sockets(Filter &filter) {
    filter.allow(foreign);
    for (const std::uint64_t family : {AF_INET, AF_INET6}) filter.allow("socket", {equals(0, family)});
    filter.allow("socket", {equals(0, AF_NETLINK), equals(2, NETLINK_ROUTE)}); // getaddrinfo
    filter.add(SCMP_ACT_ERRNO(EPERM), "socket", {equals(0, AF_UNIX)});         // the same tries nscd: not reported
}

void decide_on_clone(Filter &filter, bool threads) {
    constexpr std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
    filter.add(SCMP_ACT_ERRNO(ENOSYS), "clone3"); // its flags are in memory
    filter.add_all(refuse, "fork vfork");
    if (!threads) return filter.add(refuse, "clone");
    filter.add(refuse, "clone", {masked(0, CLONE_THREAD, 0)});
    filter.allow("clone", {masked(0, thread_flags | other_flags, thread_flags)});
}

// Refuses a call without a report when this argument has the value that C libraries use for purposes of their own.
void refuse_but_quietly(Filter &filter, const char *name, unsigned argument, std::uint64_t quiet) {
    filter.add(SCMP_ACT_ERRNO(EPERM), name, {equals(argument, quiet)});
    filter.add(SCMP_ACT_TRAP, name, {{argument, SCMP_CMP_NE, quiet, 0}});
}

void refuse_files(Filter &filter) {
    // /proc/self/maps for pthread_getattr_np, which the runtime of Go calls while all signals are blocked, and the time zone.
    constexpr std::uint64_t to_read = O_RDONLY | O_CLOEXEC;
    refuse_but_quietly(filter, "open", 1, to_read);
    refuse_but_quietly(filter, "openat", 2, to_read);
    refuse_but_quietly(filter, "newfstatat", 3, AT_EMPTY_PATH); // fstat() of standard output, by printf
    filter.add_all(SCMP_ACT_TRAP, naming_files);
}

} // namespace

boost::system::result<void, std::string> filter_calls(Profile profile, bool open_files) {
    Filter filter(SCMP_ACT_TRAP);
    filter.allow(computing);
    filter.allow(naming_files);
    filter.allow("newfstatat");
    filter.allow("seccomp"); // for the second filter; filters only take rights away
    allow_parts_of_calls(filter);
    if (open_files) allow_reading_files(filter);
    decide_on_clone(filter, profile != Profile::standard);
    if (profile != Profile::standard) filter.allow(scheduling);
    if (profile == Profile::foreign_io) allow_sockets(filter);
    return filter.load();
}

boost::system::result<void, std::string> filter_calls_after_load(Profile profile) {
    Filter filter(SCMP_ACT_ALLOW);
    filter.add(SCMP_ACT_TRAP, "seccomp");
    if (profile != Profile::foreign_io) {
        refuse_files(filter);
        for (const char *const name : {"mmap", "mprotect"}) filter.add(SCMP_ACT_TRAP, name, {masked(2, PROT_EXEC, PROT_EXEC)});
    }
    return filter.load();
}

} // namespace kith::isolation
