// SPDX-License-Identifier: MIT
#include "spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace kith::app {

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

struct Pipe {
    core::Fd reader, writer;
};

// Descriptors above the standard ones, so that dup2 overwrites none that is still needed.
core::Fd lifted(core::Fd fd) {
    if (fd.get() > STDERR_FILENO) return fd;
    core::Fd above(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (above.get() < 0) throw std::system_error(errno, std::generic_category());
    return above;
}

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
    core::Fd reader(ends[0]), writer(ends[1]);
    return {lifted(std::move(reader)), lifted(std::move(writer))};
}

core::Fd ours(core::Fd fd) {
    if (::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK) != 0)
        throw std::system_error(errno, std::generic_category());
    return fd;
}

class Actions {
  public:
    Actions() { check(::posix_spawn_file_actions_init(&raw_)); }
    ~Actions() { ::posix_spawn_file_actions_destroy(&raw_); }
    Actions(const Actions &) = delete;
    Actions &operator=(const Actions &) = delete;

    void open(int as, int mode) { check(::posix_spawn_file_actions_addopen(&raw_, as, "/dev/null", mode, 0)); }
    void copy(const core::Fd &fd, int as) { check(::posix_spawn_file_actions_adddup2(&raw_, fd.get(), as)); }
    void close_from(int first) { check(::posix_spawn_file_actions_addclosefrom_np(&raw_, first)); }
    void enter(const std::string &directory) { check(::posix_spawn_file_actions_addchdir_np(&raw_, directory.c_str())); }
    const posix_spawn_file_actions_t *get() const noexcept { return &raw_; }

  private:
    static void check(int error) {
        if (error != 0) throw std::system_error(error, std::generic_category());
    }
    posix_spawn_file_actions_t raw_{};
};

// Sets a new process group and the default signal mask and handlers.
class Attributes {
  public:
    Attributes() {
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        sigdelset(&all, SIGKILL);
        sigdelset(&all, SIGSTOP);
        ::posix_spawnattr_init(&raw_);
        ::posix_spawnattr_setpgroup(&raw_, 0);
        ::posix_spawnattr_setsigmask(&raw_, &none);
        ::posix_spawnattr_setsigdefault(&raw_, &all);
        ::posix_spawnattr_setflags(&raw_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~Attributes() { ::posix_spawnattr_destroy(&raw_); }
    Attributes(const Attributes &) = delete;
    Attributes &operator=(const Attributes &) = delete;
    const posix_spawnattr_t *get() const noexcept { return &raw_; }

  private:
    posix_spawnattr_t raw_{};
};

std::vector<std::string> environment_of(const ProcessProgram &program, const std::vector<std::string> &passed) {
    std::vector<std::string> out;
    const auto has = [&out](std::string_view name_and_sign) {
        for (const auto &one : out) {
            if (one.starts_with(name_and_sign)) return true;
        }
        return false;
    };
    for (auto at = program.environment.rbegin(); at != program.environment.rend(); ++at) { // the last value of a name applies
        if (const std::string start = at->first + '='; !has(start)) out.push_back(start + at->second);
    }
    for (const auto &one : passed) {
        if (!has(one.substr(0, one.find('=') + 1))) out.push_back(one);
    }
    return out;
}

std::vector<char *> pointers(std::vector<std::string> &texts) {
    std::vector<char *> out;
    for (auto &text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::int32_t status_of(int error) noexcept {
    switch (error) {
    case ENOENT:
    case ENOTDIR: return KITH_NOT_FOUND;
    case EACCES:
    case EPERM: return KITH_DENIED;
    case ENOEXEC: return KITH_UNSUPPORTED;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case E2BIG: return KITH_LIMIT;
    default: return KITH_IO;
    }
}

bool begins_with_interpreter(const std::string &path) {
    char first[2] = {};
    return std::ifstream(path, std::ios::binary).read(first, sizeof first) && first[0] == '#' && first[1] == '!';
}

// The kernel reports an error without the file that caused it.
std::string text_of(const ProcessProgram &program, int error) {
    struct stat found {};
    const std::string &directory = program.directory;
    if (::stat(directory.c_str(), &found) != 0) return program.path + ": its directory " + directory + ": " + reason(errno);
    if (!S_ISDIR(found.st_mode)) return program.path + ": its directory " + directory + " is none";
    if (::access(directory.c_str(), X_OK) != 0) return program.path + ": its directory " + directory + ": " + reason(errno);
    if (::stat(program.path.c_str(), &found) != 0) return program.path + ": " + reason(errno);
    if (S_ISDIR(found.st_mode)) return program.path + ": it is a directory";
    if (error == ENOENT) {
        return program.path +
               (begins_with_interpreter(program.path)
                    ? ": what its #! line names is not there"
                    : ": the file is there, and what it needs to begin is not, such as the loader of its C library");
    }
    if (error == EACCES)
        return program.path + ": not executable, or not for us (chmod +x; and look whether its file system is mounted noexec)";
    if (error == ENOEXEC) return program.path + ": no program of this machine, and its first line is no #! line";
    if (error == EAGAIN) return program.path + ": no more processes (ulimit -u, TasksMax)";
    return program.path + ": " + reason(error);
}

// A process that ignores SIGCHLD cannot wait for programs; some parents leave it ignored.
void hear_of_ends() {
    struct sigaction now {};
    if (::sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) ::signal(SIGCHLD, SIG_DFL);
}

void begin(const ProcessProgram &program, const std::vector<std::string> &passed, Spawned &out) {
    hear_of_ends();
    Pipe input, output, errors = make_pipe();
    Actions actions;
    if (program.input) {
        input = make_pipe();
        actions.copy(input.reader, STDIN_FILENO);
    } else {
        actions.open(STDIN_FILENO, O_RDONLY);
    }
    if (program.output) {
        output = make_pipe();
        actions.copy(output.writer, STDOUT_FILENO);
    } else {
        actions.open(STDOUT_FILENO, O_WRONLY);
    }
    actions.copy(errors.writer, STDERR_FILENO);
    actions.close_from(STDERR_FILENO + 1);
    actions.enter(program.directory);
    const Attributes attributes;

    std::vector<std::string> arguments = program.arguments;
    arguments.insert(arguments.begin(), program.path);
    auto variables = environment_of(program, passed);
    pid_t leader = 0;
    const int error = ::posix_spawn(&leader, program.path.c_str(), actions.get(), attributes.get(), pointers(arguments).data(),
                                    pointers(variables).data());
    if (error != 0) {
        out.status = status_of(error);
        out.text = text_of(program, error);
        return;
    }
    out.group = ProcessGroup(leader);
    out.ended = core::Fd(static_cast<int>(::syscall(SYS_pidfd_open, leader, 0))); // glibc 2.36 declares it only for C
    if (out.ended.get() < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open (Linux 5.3 has it)");
    if (program.input) out.input = ours(std::move(input.writer));
    if (program.output) out.output = ours(std::move(output.reader));
    out.errors = ours(std::move(errors.reader));
    out.status = KITH_OK;
}

} // namespace

ProcessGroup::~ProcessGroup() {
    if (leader_ == 0) return;
    signal(SIGKILL);
    ::waitpid(leader_, nullptr, 0);
}

void ProcessGroup::signal(int number) const noexcept {
    if (leader_ == 0) return;
    if (::kill(-leader_, number) != 0 && errno == ESRCH) ::kill(leader_, number); // the process has joined another group
}

bool ProcessGroup::gather(End &end) noexcept {
    siginfo_t info{};
    const auto id = static_cast<id_t>(leader_);
    if (leader_ == 0 || ::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != leader_) return false;
    (info.si_code == CLD_EXITED ? end.code : end.signal) = static_cast<std::uint32_t>(info.si_status);
    ::kill(-leader_, SIGKILL);
    ::waitpid(leader_, nullptr, 0);
    leader_ = 0;
    return true;
}

Spawned spawn(const ProcessProgram &program, const std::vector<std::string> &environment) {
    Spawned out;
    try {
        begin(program, environment, out);
    } catch (const std::system_error &failure) {
        out.status = failure.code().value() == ENOSYS ? KITH_UNSUPPORTED : status_of(failure.code().value());
        out.text = program.path + ": " + failure.what();
    }
    return out;
}

} // namespace kith::app
