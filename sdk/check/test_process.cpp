// SPDX-License-Identifier: MIT
#include "test_process.hpp"

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

constexpr std::size_t max_report = 65536;

constexpr std::size_t max_stderr = 8192;
constexpr auto kill_bound = std::chrono::seconds(10); // time for the kernel to end a killed process

enum class Ending : std::uint8_t { by_itself, stopped, timed_out };

// Appends the remedy when the child's standard error shows that a sanitizer's runtime is missing.
std::string with_sanitizer_remedy(std::string text, const std::string &errors) {
    if (errors.find("runtime does not come first") == std::string::npos) return text;
    return text + ": the plugin is built with a sanitizer, and the checker is not. " + std::string(sanitizer_remedy);
}

std::string describe_death(int status) {
    if (WIFSIGNALED(status)) return std::string("the plugin crashed the process: ") + strsignal(WTERMSIG(status));
    return "the plugin ended the process with exit code " + std::to_string(WEXITSTATUS(status));
}

// Reads all bytes that are available now. False at the end of the stream.
bool drain(int from, std::string &report, std::size_t most) {
    char buffer[4096];
    for (;;) {
        const auto got = read(from, buffer, sizeof buffer);
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
        if (report.size() < most) report.append(buffer, static_cast<std::size_t>(got));
    }
}

// Whether the child is stopped, by a signal such as SIGSTOP or by reading from the terminal. It would not continue by itself.
bool has_stopped(pid_t child) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

bool has_ended(pid_t child) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

// Reads the child's report and standard error until the report is complete, or the child ends, stops or reaches the time limit. Processes
// that it started can hold the pipes open for longer, so the end of the child itself is polled.
Ending read_until_end(int from, int errors_from, pid_t child, Clock::time_point end, std::string &report, std::string &errors) {
    constexpr int look_every = 100; // milliseconds; poll() does not report a stop nor, before Linux 5.3, an end
    fcntl(from, F_SETFL, O_NONBLOCK);
    fcntl(errors_from, F_SETFL, O_NONBLOCK);
    const int ended = static_cast<int>(syscall(SYS_pidfd_open, child, 0)); // -1 before Linux 5.3
    Ending how = Ending::timed_out;
    while (how == Ending::timed_out) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd waits[] = {{from, POLLIN, 0}, {ended, POLLIN, 0}, {errors_from, POLLIN, 0}};
        if (left <= 0) break;
        if (poll(waits, 3, static_cast<int>(std::min<long long>(left, look_every))) < 0 && errno != EINTR) break;
        const bool gone = has_ended(child); // checked before the pipe is read, so that the last bytes are not missed
        if (!drain(errors_from, errors, max_stderr)) errors_from = -1;
        if (!drain(from, report, max_report) || gone) how = Ending::by_itself;
        if (how == Ending::timed_out && has_stopped(child)) how = Ending::stopped;
    }
    if (ended >= 0) close(ended);
    return how;
}

// Kills the child and reads its status; false when the kernel does not end it, for example while it waits for a file system.
bool end_child(pid_t child, int &status) {
    kill(child, SIGKILL);
    for (const auto deadline = Clock::now() + kill_bound; Clock::now() < deadline;) {
        const pid_t got = waitpid(child, &status, WNOHANG);
        if (got == child || (got < 0 && errno != EINTR)) return true;
        poll(nullptr, 0, 2);
    }
    return false;
}

// Descendants of the child that left its process group become children of this process (PR_SET_CHILD_SUBREAPER) and are killed here. The
// loop has a time limit, because a descendant can start processes faster than they are killed.
void kill_orphans() {
    const std::string list = "/proc/self/task/" + std::to_string(getpid()) + "/children";
    for (const auto deadline = Clock::now() + kill_bound; Clock::now() < deadline;) {
        std::ifstream in(list);
        std::vector<pid_t> orphans;
        for (pid_t orphan = 0; in >> orphan;) orphans.push_back(orphan);
        if (orphans.empty()) return;
        for (const pid_t orphan : orphans) kill(orphan, SIGKILL);
        int status = 0;
        for (const pid_t orphan : orphans) end_child(orphan, status);
    }
}

[[noreturn]] void run_child(const Test &test, const TestInput &input, int to, int errors_to) {
    setpgid(0, 0);
    dup2(errors_to, STDERR_FILENO);
    close(errors_to);
    const TestResult outcome = run_in_process(test, input);
    const std::string report = static_cast<char>(outcome.kind) + outcome.text;
    for (std::size_t at = 0; at < report.size();) {
        const auto wrote = write(to, report.data() + at, report.size() - at);
        if (wrote <= 0) break;
        at += static_cast<std::size_t>(wrote);
    }
    _exit(0);
}

} // namespace

TestResult run_in_process(const Test &test, const TestInput &input) {
    const auto begin = Clock::now();
    TestResult outcome;
    try {
        test.run(input);
        outcome.kind = TestResult::Kind::passed;
    } catch (const TestSkipped &why) {
        outcome = {TestResult::Kind::skipped, why.what()};
    } catch (const std::exception &why) {
        outcome = {TestResult::Kind::failed, why.what()};
    }
    outcome.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    return outcome;
}

TestResult run_in_child(const Test &test, const TestInput &input, std::chrono::seconds bound) {
    const auto begin = Clock::now();
    int ends[2], errors_ends[2];
    if (pipe(ends) != 0) return {TestResult::Kind::failed, std::string("no pipe: ") + std::strerror(errno)};
    if (pipe(errors_ends) != 0) {
        close(ends[0]);
        close(ends[1]);
        return {TestResult::Kind::failed, std::string("no pipe: ") + std::strerror(errno)};
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        close(errors_ends[0]);
        run_child(test, input, ends[1], errors_ends[1]);
    }
    close(ends[1]);
    close(errors_ends[1]);
    std::string report, errors;
    Ending how = Ending::by_itself;
    int status = 0;
    bool ended = true;
    const bool began = child > 0;
    if (began) {
        setpgid(child, child); // the child does the same; the order is not defined
        how = read_until_end(ends[0], errors_ends[0], child, begin + bound, report, errors);
        kill(-child, SIGKILL);            // its descendants too; the report is complete, or the time limit is reached
        ended = end_child(child, status); // by its pid, since it may have left its group
        drain(errors_ends[0], errors, max_stderr);
        kill_orphans();
    }
    close(ends[0]);
    close(errors_ends[0]);
    if (!began) return {TestResult::Kind::failed, std::string("no process: ") + std::strerror(errno)};
    if (!errors.empty()) std::fwrite(errors.data(), 1, errors.size(), stderr);

    TestResult outcome;
    outcome.timed_out = how == Ending::timed_out;
    if (!report.empty()) {
        outcome.kind = static_cast<TestResult::Kind>(report[0]);
        outcome.text = report.substr(1);
    } else if (how == Ending::timed_out) {
        outcome.text = "the test did not end within " + std::to_string(bound.count()) + " s and was killed";
    } else if (how == Ending::stopped) {
        outcome.text = "the plugin stopped its process, by a signal such as SIGSTOP or by reading from the terminal";
    } else {
        outcome.text = with_sanitizer_remedy(describe_death(status), errors);
    }
    if (!ended) outcome.text += "; its process " + std::to_string(child) + " was killed but does not end";
    outcome.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    return outcome;
}

} // namespace kith::check
