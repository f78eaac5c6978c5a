// SPDX-License-Identifier: MIT
#include "helper_process.hpp"

#include "hello.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace kith::isolation {

namespace {

constexpr idtype_t by_pidfd = static_cast<idtype_t>(3); // P_PIDFD, which glibc 2.36 declares only in some modes

// A descriptor above those that the helper gets, so that none is overwritten before it is copied.
core::Fd lifted(int fd) {
    const core::Fd low(fd);
    if (!low) throw std::system_error(errno, std::generic_category());
    core::Fd high(::fcntl(low.get(), F_DUPFD_CLOEXEC, 16));
    if (!high) throw std::system_error(errno, std::generic_category());
    return high;
}

void check(int error) {
    if (error != 0) throw std::system_error(error, std::generic_category());
}

// What posix_spawn is to do in the child.
class Preparation {
  public:
    Preparation() {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        sigdelset(&all, SIGKILL);
        sigdelset(&all, SIGSTOP);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        // A group of its own: a Ctrl-C at the terminal is for kith alone.
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~Preparation() {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }
    Preparation(const Preparation &) = delete;
    Preparation &operator=(const Preparation &) = delete;
    void copy(const core::Fd &fd, int as) { check(::posix_spawn_file_actions_adddup2(&actions, fd.get(), as)); }

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

std::string signal_text(int number) { return "killed by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")"; }

std::string remedy_of(const std::string &program, int error) {
    if (error == EMFILE)
        return "; kith needs 5 descriptors for each process of a plugin: raise its limit (LimitNOFILE of the service, ulimit "
               "-n), or have instances of one file share a process (\"isolate\": \"group:NAME\")";
    if (::access("/dev/null", R_OK | W_OK) != 0) return "; it needs /dev/null, which is missing here";
    if (::access(program.c_str(), X_OK) != 0 || error == ENOEXEC)
        return "; it is part of kith: install the package kith, in the version that runs, again";
    return {};
}

} // namespace

std::string cannot_start(const std::string &program, const std::exception &why) {
    const auto *const error = dynamic_cast<const std::system_error *>(&why);
    return program + " cannot be started: " + why.what() + remedy_of(program, error == nullptr ? 0 : error->code().value());
}

HelperProcess::Unmap::~Unmap() {
    if (page != nullptr) ::munmap(page, sizeof *page);
}

HelperProcess::Result HelperProcess::start(const std::string &program, int library, const std::string &name) {
    HelperProcess made;
    try {
        std::array<int, 2> pair{}, pipe{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
            throw std::system_error(errno, std::generic_category());
        made.socket_ = lifted(pair[0]);
        const core::Fd its_socket = lifted(pair[1]);
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
        made.words_ = lifted(pipe[0]);
        const core::Fd its_words = lifted(pipe[1]);
        for (const core::Fd *ours : {&made.socket_, &made.words_})
            if (::fcntl(ours->get(), F_SETFL, O_NONBLOCK) != 0) throw std::system_error(errno, std::generic_category());
        const core::Fd trace = lifted(::memfd_create("kith-call", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        if (::ftruncate(trace.get(), sizeof(CallTrace)) != 0) throw std::system_error(errno, std::generic_category());
        // The helper could shorten it, upon which a read here would end kith by SIGBUS.
        if (::fcntl(trace.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
            throw std::system_error(errno, std::generic_category());
        void *const page = ::mmap(nullptr, sizeof(CallTrace), PROT_READ, MAP_SHARED, trace.get(), 0);
        if (page == MAP_FAILED) throw std::system_error(errno, std::generic_category());
        made.trace_.page = static_cast<CallTrace *>(page);
        const core::Fd its_library = lifted(::fcntl(library, F_DUPFD_CLOEXEC, 16));

        Preparation child;
        check(::posix_spawn_file_actions_addopen(&child.actions, STDIN_FILENO, "/dev/null", O_RDWR, 0));
        check(::posix_spawn_file_actions_adddup2(&child.actions, STDIN_FILENO, STDOUT_FILENO));
        child.copy(its_words, STDERR_FILENO);
        child.copy(its_socket, socket_fd);
        child.copy(its_library, library_fd);
        child.copy(trace, trace_fd);
        check(::posix_spawn_file_actions_addclosefrom_np(&child.actions, trace_fd + 1));
        std::string parent = std::to_string(::getpid());
        std::string own = program, file = name;
        char *const arguments[] = {own.data(), parent.data(), file.data(), nullptr};
        char *const no_environment[] = {nullptr};
        pid_t pid = 0;
        check(::posix_spawn(&pid, program.c_str(), &child.actions, &child.attributes, arguments, no_environment));
        // The process is not waited for before, so its number is still its own.
        made.pidfd_ = core::Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        if (!made.pidfd_) {
            const int error = errno;
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
            throw std::system_error(error, std::generic_category(), "pidfd_open (Linux 5.3 has it)");
        }
    } catch (const std::system_error &error) {
        return cannot_start(program, error);
    }
    return made;
}

HelperProcess::~HelperProcess() {
    if (!pidfd_ || gathered_) return;
    kill();
    siginfo_t info{};
    while (::waitid(by_pidfd, static_cast<id_t>(pidfd_.get()), &info, WEXITED) != 0 && errno == EINTR) {
    }
}

void HelperProcess::kill() noexcept {
    if (pidfd_ && !gathered_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

std::string HelperProcess::gather() {
    siginfo_t info{};
    if (gathered_ || ::waitid(by_pidfd, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
        return {};
    gathered_ = true;
    return info.si_code == CLD_EXITED ? "exited with code " + std::to_string(info.si_status) : signal_text(info.si_status);
}

std::string HelperProcess::last_call() const {
    return trace_.page == nullptr ? std::string() : name_of_call(trace_.page->call.load(std::memory_order_relaxed));
}

} // namespace kith::isolation
