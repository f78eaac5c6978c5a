// SPDX-License-Identifier: MIT
#include "openssl_program.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace kith::test {

OpensslProgram::OpensslProgram(const std::vector<std::string> &arguments) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe");
    std::vector<std::string> all = {"openssl"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char *> raw;
    for (std::string &one : all) raw.push_back(one.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 2);
    const int error = ::posix_spawnp(&pid_, "openssl", &actions, nullptr, raw.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    out_ = out[0];
    if (error == 0) return;
    ::close(in_);
    ::close(out_);
    throw std::runtime_error(std::string("the program openssl (Debian package openssl) cannot be run: ") +
                             std::strerror(error));
}

OpensslProgram::~OpensslProgram() {
    ::close(in_);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(out_);
}

void OpensslProgram::write(std::string_view text) const {
    if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw std::runtime_error("openssl does not read");
}

const std::string &OpensslProgram::output() {
    char buffer[4096];
    for (;;) {
        const ssize_t got = ::read(out_, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return output_;
        output_.append(buffer, static_cast<std::size_t>(got));
    }
}

} // namespace kith::test
