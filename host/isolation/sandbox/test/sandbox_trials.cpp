// SPDX-License-Identifier: MIT
//
// sandbox_trials LIBRARY: loads the library of trials.c in the real sandbox, once for each trial, profile and mechanism, and compares the
// answers with those expected. sandbox_trials LIBRARY --table: prints the expected answers. Exit 77: this kernel has no seccomp.
#include "trials.h"

#include <core/loader/file_bytes.hpp>
#include <host/isolation/sandbox/landlock.hpp>
#include <host/isolation/sandbox/sandbox.hpp>

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace kith;
using isolation::Profile;

struct Setup {
    const char *name;
    Profile profile;
    bool landlock, constructor;
    int kith_trial_expected::*expected;
};

constexpr Setup setups[] = {
    {"standard", Profile::standard, true, false, &kith_trial_expected::standard},
    {"threads", Profile::threads, true, false, &kith_trial_expected::threads},
    {"foreign_io", Profile::foreign_io, true, false, &kith_trial_expected::foreign_io},
    {"constructor", Profile::standard, true, true, &kith_trial_expected::constructor},
    {"standard without Landlock", Profile::standard, false, false, &kith_trial_expected::standard},
    {"threads without Landlock", Profile::threads, false, false, &kith_trial_expected::threads},
    {"constructor without Landlock", Profile::standard, false, true, &kith_trial_expected::constructor_seccomp},
};

// What one trial has done.
struct Result {
    int answer = -1;   // -1: none came
    std::string words; // what came by the pipe
    int status = 0;    // of the process
};

struct Loaded {
    std::span<const kith_trial> trials;
    const int *constructor_answer = nullptr;
    explicit operator bool() const { return !trials.empty(); }
};

Loaded load(const std::string &path) {
    void *const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        std::cerr << "dlopen: " << ::dlerror() << '\n';
        return {};
    }
    const auto count = *static_cast<const unsigned *>(::dlsym(library, "kith_trial_count"));
    return {{static_cast<const kith_trial *>(::dlsym(library, "kith_trials")), count},
            static_cast<const int *>(::dlsym(library, "kith_trial_answer"))};
}

core::Fd sealed_copy(const char *library) {
    const auto file = core::open_regular(library);
    if (!file) throw std::runtime_error(library + (" " + file.error().text));
    auto copy = core::make_sealed_copy(*file, "trials");
    if (!copy) throw std::runtime_error("a sealed copy " + copy.error().text);
    return std::move(*copy);
}

// The whole life of the process in the sandbox.
[[noreturn]] void in_sandbox(const Setup &setup, const isolation::SandboxSettings &settings, const core::Fd &copy,
                             unsigned number) {
    if (setup.constructor) ::setenv("KITH_TRIAL_CONSTRUCTOR", std::to_string(number).c_str(), 1);
    const auto fail = [](const std::string &text) {
        std::cerr << "sandbox: " << text << std::endl;
        ::_exit(3);
    };
    const auto entered = isolation::enter_before_load(settings);
    if (!entered) fail(entered.error());
    if (setup.profile != Profile::none &&
        *entered != (settings.landlock ? isolation::Mechanism::landlock : isolation::Mechanism::seccomp))
        fail("the other mechanism");
    const Loaded loaded = load(core::proc_path(copy));
    if (!loaded) ::_exit(4);
    if (const auto after = isolation::enter_after_load(settings); !after) fail(after.error());
    const int answer = setup.constructor ? *loaded.constructor_answer : loaded.trials[number].run();
    if (::write(settings.socket_fd, &answer, sizeof answer) != sizeof answer) ::_exit(5);
    ::_exit(0);
}

std::string read_all(int fd) {
    std::string out;
    char part[4096];
    for (ssize_t size = 0; (size = ::read(fd, part, sizeof part)) > 0;) out.append(part, static_cast<std::size_t>(size));
    return out;
}

Result run(const Setup &setup, const char *library, unsigned number) {
    const core::Fd copy = sealed_copy(library);
    int socket[2], words[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, socket) != 0 || ::pipe(words) != 0) throw std::runtime_error("no descriptors");
    std::cout.flush();
    const pid_t child = ::fork();
    if (child == 0)
        in_sandbox(setup,
                   {.profile = setup.profile,
                    .memory_limit = KITH_TRIAL_MEMORY,
                    .socket_fd = socket[1],
                    .words_fd = words[1],
                    .library_fd = copy.get(),
                    .landlock = setup.landlock},
                   copy, number);
    ::close(socket[1]);
    ::close(words[1]);
    Result result;
    result.words = read_all(words[0]);
    if (::read(socket[0], &result.answer, sizeof result.answer) != sizeof result.answer) result.answer = -1;
    ::waitpid(child, &result.status, 0);
    ::close(socket[0]);
    ::close(words[0]);
    return result;
}

std::string text_of(int answer) {
    if (answer == KITH_TRIAL_ROOT_ONLY) return "works for root";
    if (answer == KITH_TRIAL_KILLED) return "SIGSYS";
    const char *const name = answer < 0 ? nullptr : ::strerrorname_np(answer);
    if (answer == 0) return "works";
    return name == nullptr ? "no answer" : name;
}

// Each refusal by the filter is reported once, but for those of calls that are made while signals are blocked.
bool is_reported(const Result &result) {
    const auto line = result.words.find("refused system call: ");
    return line != std::string::npos && result.words.find("refused system call: ", line + 1) == std::string::npos;
}
bool is_silent(const Setup &setup, std::string_view what) {
    if (what == "read a file, `O_CLOEXEC`") return setup.landlock; // without it the opening of the library is trapped
    if (what == "Unix socket") return setup.profile == Profile::foreign_io;
    return what == "`fork`" || what == "`posix_spawn`" || what == "start a thread" ||
           what == "the same while signals are blocked";
}

int run_all(const char *library, std::span<const kith_trial> trials) {
    int wrong = 0, done = 0;
    for (const Setup &setup : setups) {
        if (setup.landlock && isolation::landlock_version() == 0) {
            std::cout << setup.name << ": not tried, this kernel has no Landlock\n";
            continue;
        }
        for (unsigned i = 0; i < trials.size(); ++i, ++done) {
            int expected = trials[i].expected.*setup.expected;
            if (!setup.landlock && !setup.constructor && trials[i].expected.standard_seccomp != 0)
                expected = trials[i].expected.standard_seccomp;
            if (expected == KITH_TRIAL_ROOT_ONLY) expected = ::geteuid() == 0 ? 0 : EACCES;
            const Result result = run(setup, library, i);
            const bool reported = is_reported(result) == (expected == EPERM && !is_silent(setup, trials[i].what));
            const bool killed = WIFSIGNALED(result.status) && WTERMSIG(result.status) == SIGSYS;
            if (expected == KITH_TRIAL_KILLED && killed) continue;
            if (result.answer == expected && result.status == 0 && reported) continue;
            ++wrong;
            std::cout << setup.name << ": " << trials[i].what << ": " << text_of(result.answer) << ", expected "
                      << text_of(expected) << "; exit " << result.status << "; words: " << result.words << '\n';
        }
    }
    std::cout << done << " trials, " << wrong << " wrong\n";
    return wrong == 0 ? 0 : 1;
}

bool has_all_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    const auto has = [&](unsigned one) { return (data[one / 32].effective >> (one % 32) & 1U) != 0; };
    return ::syscall(SYS_capget, &header, data) == 0 && has(CAP_SYS_ADMIN) && has(CAP_SYS_BOOT) && has(CAP_SYS_MODULE);
}

// The answers must come from the sandbox: a process with all privileges gets no EPERM without it.
int run_without_sandbox(const char *library, std::span<const kith_trial> trials) {
    constexpr Setup without{"without the sandbox", Profile::none, false, false, &kith_trial_expected::standard};
    if (!has_all_capabilities()) {
        std::cout << without.name << ": not tried, this needs the privileges of root\n";
        return 0;
    }
    int wrong = 0;
    for (unsigned i = 0; i < trials.size(); ++i) {
        if (trials[i].expected.standard != EPERM || run(without, library, i).answer != EPERM) continue;
        ++wrong;
        std::cout << without.name << ": " << trials[i].what << ": EPERM\n";
    }
    return wrong == 0 ? 0 : 1;
}

void print_table(std::span<const kith_trial> trials) {
    std::cout << "| attempt | `standard` | `threads` | `foreign_io` | in a constructor | in a constructor, without Landlock |\n"
                 "|---|---|---|---|---|---|\n";
    for (const kith_trial &trial : trials) {
        const auto &expected = trial.expected;
        std::cout << "| " << trial.what;
        for (const int one :
             {expected.standard, expected.threads, expected.foreign_io, expected.constructor, expected.constructor_seccomp})
            std::cout << " | " << text_of(one);
        std::cout << " |\n";
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    const Loaded loaded = load(argv[1]);
    if (!loaded) return 2;
    if (argc == 3 && std::strcmp(argv[2], "--table") == 0) {
        print_table(loaded.trials);
        return 0;
    }
    if (::prctl(PR_GET_SECCOMP) < 0) {
        std::cout << "skipped: this kernel has no seccomp\n";
        return 77;
    }
    if (::dup2(STDIN_FILENO, KITH_TRIAL_DESCRIPTOR) < 0) return 2;
    return std::max(run_without_sandbox(argv[1], loaded.trials), run_all(argv[1], loaded.trials));
}
