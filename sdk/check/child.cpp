// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kith::check {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_text = 65536;

std::string how_it_died(int status) {
    if (WIFSIGNALED(status)) return std::string("it crashed: ") + strsignal(WTERMSIG(status));
    return "it ended the process, with exit code " + std::to_string(WEXITSTATUS(status));
}

// What the child says: the kind, then the text. Empty when it said nothing in time.
bool listen(int from, Clock::time_point end, std::string &said) {
    char buffer[4096];
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0) return false;
        pollfd wait{from, POLLIN, 0};
        const int ready = poll(&wait, 1, static_cast<int>(left));
        if (ready < 0 && errno != EINTR) return false;
        if (ready <= 0) continue;
        const auto got = read(from, buffer, sizeof buffer);
        if (got <= 0) return true;
        if (said.size() < most_text) said.append(buffer, static_cast<std::size_t>(got));
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
    const bool in_time = listen(ends[0], begin + bound, said);
    close(ends[0]);
    kill(-child, SIGKILL); // grandchildren too; the child itself has said all it had to say, or is late
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }

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
