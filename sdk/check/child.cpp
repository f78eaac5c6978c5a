// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace kith::check {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_text = 65536;

std::string how_it_died(int status) {
    if (WIFSIGNALED(status)) return std::string("it crashed: ") + strsignal(WTERMSIG(status));
    return "it ended the process, with exit code " + std::to_string(WEXITSTATUS(status));
}

// All that is there to be read now. False at the end.
bool drain(int from, std::string &said) {
    char buffer[4096];
    for (;;) {
        const auto got = read(from, buffer, sizeof buffer);
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
        if (said.size() < most_text) said.append(buffer, static_cast<std::size_t>(got));
    }
}

// What the child says, until it ends: the kind, then the text. False when it is late. What it has started may hold the pipe open for
// longer, so its own end is looked for.
bool listen(int from, pid_t child, Clock::time_point end, std::string &said) {
    fcntl(from, F_SETFL, O_NONBLOCK);
    const int ended = static_cast<int>(syscall(SYS_pidfd_open, child, 0)); // -1, without a wait for it, before Linux 5.3
    bool in_time = false;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd waits[] = {{from, POLLIN, 0}, {ended, POLLIN, 0}};
        if (left <= 0 || (poll(waits, 2, static_cast<int>(left)) < 0 && errno != EINTR)) break;
        in_time = !drain(from, said) || waits[1].revents != 0;
        if (in_time) break;
    }
    if (ended >= 0) close(ended);
    return in_time;
}

// Those that the child has left behind and that are in no group of its own come to us, as their next of kin. They are ended too.
void end_strays() {
    const std::string list = "/proc/self/task/" + std::to_string(getpid()) + "/children";
    for (;;) {
        std::ifstream in(list);
        pid_t stray = 0;
        bool any = false;
        while (in >> stray) {
            any = true;
            kill(stray, SIGKILL);
            while (waitpid(stray, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
        if (!any) return;
    }
}

[[noreturn]] void live(const Test &test, const Subject &subject, int to) {
    setpgid(0, 0);
    const Outcome outcome = run_here(test, subject);
    const std::string said = static_cast<char>(outcome.kind) + outcome.text;
    for (std::size_t at = 0; at < said.size();) {
        const auto wrote = write(to, said.data() + at, said.size() - at);
        if (wrote <= 0) break;
        at += static_cast<std::size_t>(wrote);
    }
    _exit(0);
}

} // namespace

Outcome run_here(const Test &test, const Subject &subject) {
    const auto begin = Clock::now();
    Outcome outcome;
    try {
        test.run(subject);
        outcome.kind = Outcome::Kind::passed;
    } catch (const Skipped &why) {
        outcome = {Outcome::Kind::skipped, why.what()};
    } catch (const std::exception &why) {
        outcome = {Outcome::Kind::failed, why.what()};
    }
    outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    return outcome;
}

Outcome run_apart(const Test &test, const Subject &subject, std::chrono::seconds bound) {
    const auto begin = Clock::now();
    int ends[2];
    if (pipe(ends) != 0) return {Outcome::Kind::failed, std::string("no pipe: ") + std::strerror(errno)};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        live(test, subject, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return {Outcome::Kind::failed, std::string("no process: ") + std::strerror(errno)};
    }
    setpgid(child, child); // the child does the same: whoever comes first
    std::string said;
    const bool in_time = listen(ends[0], child, begin + bound, said);
    close(ends[0]);
    kill(-child, SIGKILL); // grandchildren too; the child itself has said all it had to say, or is late
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    end_strays();

    Outcome outcome;
    if (!said.empty()) {
        outcome.kind = static_cast<Outcome::Kind>(said[0]);
        outcome.text = said.substr(1);
    } else {
        outcome.text = in_time ? how_it_died(status) : "it was not done within " + std::to_string(bound.count()) + " s";
    }
    outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    return outcome;
}

} // namespace kith::check
