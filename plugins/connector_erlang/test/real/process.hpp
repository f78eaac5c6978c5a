// SPDX-License-Identifier: MIT
//
// Programs that a test starts and ends, by their ids.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kith::erlang::test {

class Process {
  public:
    Process() = default;
    /// environment: "NAME=value", beside what this program has. What it prints goes to `log`.
    Process(std::vector<std::string> arguments, const std::vector<std::string> &environment, const std::string &log) {
        pid_ = fork();
        if (pid_ < 0) throw std::runtime_error("fork failed");
        if (pid_ != 0) return;
        for (const std::string &variable : environment) ::putenv(const_cast<char *>(variable.c_str()));
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        const int in = ::open("/dev/null", O_RDONLY);
        ::dup2(in, 0);
        ::dup2(out, 1);
        ::dup2(out, 2);
        std::vector<char *> argv;
        argv.reserve(arguments.size() + 1);
        for (std::string &argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    Process(Process &&other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
    Process &operator=(Process &&other) noexcept {
        if (this != &other) {
            kill();
            pid_ = std::exchange(other.pid_, 0);
        }
        return *this;
    }
    ~Process() { kill(); }

    void kill() noexcept {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

    /// Stop and continue it: while stopped it accepts connections and sends nothing.
    void freeze() const noexcept { ::kill(pid_, SIGSTOP); }
    void thaw() const noexcept { ::kill(pid_, SIGCONT); }

  private:
    pid_t pid_ = 0;
};

/// Wait until it is so, 20 s at most.
inline void until(const std::function<bool()> &so, const std::string &what) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!so()) {
        if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited 20 s in vain until " + what);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

/// A directory that goes with the test.
class Directory {
  public:
    Directory() {
        char name[] = "/tmp/kith-erlang-XXXXXX";
        if (::mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    ~Directory() { (void)std::system(("rm -rf " + path_).c_str()); }
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;
    const std::string &path() const noexcept { return path_; }

  private:
    std::string path_;
};

} // namespace kith::erlang::test
