// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <vector>

namespace kith::check {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_text = 65536;

constexpr std::size_t most_errors = 8192;
constexpr auto kill_bound = std::chrono::seconds(10); // for the kernel to end what was killed

enum class Ending : std::uint8_t { by_itself, stopped, late };

// What the child has printed on standard error may explain its end.
std::string explained(std::string text, const std::string &errors) {
    if (errors.find("runtime does not come first") == std::string::npos) return text;
    return text + ": it is built with a sanitizer, and the checker is not. " + std::string(sanitizer_remedy);
}

std::string how_it_died(int status) {
    if (WIFSIGNALED(status)) return std::string("it crashed: ") + strsignal(WTERMSIG(status));
    return "it ended the process, with exit code " + std::to_string(WEXITSTATUS(status));
}

// All that is there to be read now. False at the end.
bool drain(int from, std::string &said, std::size_t most) {
    char buffer[4096];
    for (;;) {
        const auto got = read(from, buffer, sizeof buffer);
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
        if (said.size() < most) said.append(buffer, static_cast<std::size_t>(got));
    }
}

// Whether the child has stopped: SIGSTOP, or it reads from the terminal. It does not go on by itself.
bool has_stopped(pid_t child) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

bool has_ended(pid_t child) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

// What the child says and prints, until it has said it all, ends, stops or is late. What it has started may hold the pipes open for
// longer, so its own end is looked for.
Ending listen(int from, int errors_from, pid_t child, Clock::time_point end, std::string &said, std::string &errors) {
    constexpr int look_every = 100; // milliseconds; a stop and, before Linux 5.3, an end wake nobody
    fcntl(from, F_SETFL, O_NONBLOCK);
    fcntl(errors_from, F_SETFL, O_NONBLOCK);
    const int ended = static_cast<int>(syscall(SYS_pidfd_open, child, 0)); // -1 before Linux 5.3
    Ending how = Ending::late;
    while (how == Ending::late) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd waits[] = {{from, POLLIN, 0}, {ended, POLLIN, 0}, {errors_from, POLLIN, 0}};
        if (left <= 0) break;
        if (poll(waits, 3, static_cast<int>(std::min<long long>(left, look_every))) < 0 && errno != EINTR) break;
        const bool gone = has_ended(child); // before the pipe is read: what it said is there then
        if (!drain(errors_from, errors, most_errors)) errors_from = -1;
        if (!drain(from, said, most_text) || gone) how = Ending::by_itself;
        if (how == Ending::late && has_stopped(child)) how = Ending::stopped;
    }
    if (ended >= 0) close(ended);
    return how;
}

// End it and take its status; false when the kernel does not end it, as while it hangs in a file system.
bool end_child(pid_t child, int &status) {
    kill(child, SIGKILL);
    for (const auto late = Clock::now() + kill_bound; Clock::now() < late;) {
        const pid_t got = waitpid(child, &status, WNOHANG);
        if (got == child || (got < 0 && errno != EINTR)) return true;
        poll(nullptr, 0, 2);
    }
    return false;
}

// Those that the child has left behind and that are in no group of its own come to us, as their next of kin. They are ended too. One
// that begins others faster than they are ended is given up.
void end_strays() {
    const std::string list = "/proc/self/task/" + std::to_string(getpid()) + "/children";
    for (const auto late = Clock::now() + kill_bound; Clock::now() < late;) {
        std::ifstream in(list);
        std::vector<pid_t> strays;
        for (pid_t stray = 0; in >> stray;) strays.push_back(stray);
        if (strays.empty()) return;
        for (const pid_t stray : strays) kill(stray, SIGKILL);
        int status = 0;
        for (const pid_t stray : strays) end_child(stray, status);
    }
}

[[noreturn]] void live(const Test &test, const Subject &subject, int to, int errors_to) {
    setpgid(0, 0);
    dup2(errors_to, STDERR_FILENO);
    close(errors_to);
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
    int ends[2], errors_ends[2];
    if (pipe(ends) != 0) return {Outcome::Kind::failed, std::string("no pipe: ") + std::strerror(errno)};
    if (pipe(errors_ends) != 0) {
        close(ends[0]);
        close(ends[1]);
        return {Outcome::Kind::failed, std::string("no pipe: ") + std::strerror(errno)};
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        close(errors_ends[0]);
        live(test, subject, ends[1], errors_ends[1]);
    }
    close(ends[1]);
    close(errors_ends[1]);
    std::string said, errors;
    Ending how = Ending::by_itself;
    int status = 0;
    bool ended = true;
    const bool began = child > 0;
    if (began) {
        setpgid(child, child); // the child does the same: whoever comes first
        how = listen(ends[0], errors_ends[0], child, begin + bound, said, errors);
        kill(-child, SIGKILL);            // grandchildren too; the child itself has said all it had to say, or is late
        ended = end_child(child, status); // by its own number: it may have left its group
        drain(errors_ends[0], errors, most_errors);
        end_strays();
    }
    close(ends[0]);
    close(errors_ends[0]);
    if (!began) return {Outcome::Kind::failed, std::string("no process: ") + std::strerror(errno)};
    if (!errors.empty()) std::fwrite(errors.data(), 1, errors.size(), stderr);

    Outcome outcome;
    outcome.late = how == Ending::late;
    if (!said.empty()) {
        outcome.kind = static_cast<Outcome::Kind>(said[0]);
        outcome.text = said.substr(1);
    } else if (how == Ending::late) {
        outcome.text = "it was not done within " + std::to_string(bound.count()) + " s, and was killed";
    } else if (how == Ending::stopped) {
        outcome.text = "it stopped its process, by a signal such as SIGSTOP, or by reading from the terminal";
    } else {
        outcome.text = explained(how_it_died(status), errors);
    }
    if (!ended) outcome.text += "; its process " + std::to_string(child) + " does not end, though it was killed";
    outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    return outcome;
}

} // namespace kith::check
