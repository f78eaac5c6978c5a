// SPDX-License-Identifier: MIT
#include "stage.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <filesystem>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::Rig;
using testkit::SimNet;

void starts(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        Stage stage(plugin, plugin.seed);
        stage.start();
        stage.rig.run_for(1min);
        keep_rules(stage.rig);
        if (stage.rig.failed())
            throw Broken("it says host->failed within a minute, in a world where nothing is wrong: " + stage.rig.error() +
                         "; what it cannot find is discovery.failed, or connector.detached");
    });
}

std::size_t entries(const char *folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// What P1 forbids to change, as text.
std::string process_state() {
    std::string state = std::filesystem::current_path().string() + " " + std::setlocale(LC_ALL, nullptr);
    const auto mask = umask(0);
    umask(mask);
    state += " umask " + std::to_string(mask);
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        if (sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)
            state += " handler of " + std::to_string(number);
    }
    siginfo_t child{};
    const bool childless = waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
    return state + (childless ? "" : " child processes") + " threads " + std::to_string(entries("/proc/self/task")) +
           " descriptors " + std::to_string(entries("/proc/self/fd"));
}

void start_stop(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        const std::string before = process_state();
        Stage stage(plugin, plugin.seed);
        for (int i = 0; i < 100; ++i) {
            stage.start();
            stage.rig.run_for(i % 2 == 0 ? 0ms : 700ms);
            stage.stop();
        }
        const std::string after = process_state();
        if (before != after) throw Broken("P1: the process was \"" + before + "\" and is \"" + after + "\"");
    });
}

void stop_any_time(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        testkit::Random random(plugin.seed);
        for (int i = 0; i < 50; ++i) {
            Stage stage(plugin, plugin.seed + static_cast<std::uint64_t>(i));
            stage.net.delay(1ms, 60s);
            stage.net.resolver_delay(2s);
            stage.start();
            stage.rig.run_for(std::chrono::microseconds(random.below(10'000'000)));
            stage.stop();
        }
    });
}

void quiet(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        Stage stage(plugin, plugin.seed);
        stage.start();
        stage.rig.run_for(20s);
        stage.rig.stop();
        const auto said = [&] { return stage.rig.observations().size() + stage.rig.reports().size() + stage.rig.log().size(); };
        const auto before = said();
        stage.rig.run_for(1h);
        keep_rules(stage.rig);
        if (said() != before) throw Broken("T1: it went on speaking after host->stopped");
        stage.rig.destroy();
        stage.rig.run_for(1h);
        keep_rules(stage.rig);
    });
}

void two_instances(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        SimNet net(plugin.seed);
        Rig one(net.machine("one", {"10.0.0.1"}), plugin.entry, plugin.id, plugin.options);
        Rig two(net.machine("two", {"10.0.0.2"}), plugin.entry, plugin.id, plugin.options, {"test", "second", "test/second"});
        if (one.start() != KITH_OK) throw Broken("it does not start: " + one.error() + "; give it options with --options");
        if (two.start() != KITH_OK) throw Broken("I1: a second instance does not start beside the first: " + two.error());
        net.run_for(10s);
        one.stop();
        one.destroy();
        net.run_for(10s);
        if (!two.running() || (two.failed() && !one.failed())) throw Broken("I1: the end of one instance ended the other");
        two.stop();
        keep_rules(one);
        keep_rules(two);
    });
}

std::uint64_t trace_of(const Plugin &plugin) {
    Stage stage(plugin, plugin.seed);
    stage.start();
    stage.rig.run_for(2min);
    stage.stop();
    return stage.net.trace_hash();
}

// Of each plugin, so often one after the other while the library is loaded.
std::vector<std::uint64_t> traces_of(const Subject &subject, int times) {
    std::vector<std::uint64_t> out;
    for_each_plugin(subject, [&out, times](const Plugin &plugin) {
        for (int i = 0; i < times; ++i) out.push_back(trace_of(plugin));
    });
    return out;
}

// Forked before the library is loaded: the threads of one that has some would not be there in the other process.
std::vector<std::uint64_t> traces_of_other_process(const Subject &subject) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
        // Memory laid out otherwise, so that an order by address shows.
        const std::string ballast(1'000'003, 'x');
        std::vector<std::uint64_t> traces;
        try {
            traces = traces_of(subject, 1);
        } catch (...) {
        }
        const auto size = static_cast<ssize_t>(traces.size() * sizeof traces[0]);
        _exit(write(ends[1], traces.data(), static_cast<std::size_t>(size)) == size && ballast.size() > 1 ? 0 : 1);
    }
    close(ends[1]);
    std::vector<std::uint64_t> traces;
    for (std::uint64_t trace = 0; read(ends[0], &trace, sizeof trace) == sizeof trace;) traces.push_back(trace);
    close(ends[0]);
    int status = 0;
    if (child > 0) waitpid(child, &status, 0);
    if (child > 0 && WIFSIGNALED(status)) throw Broken("it crashed in a second process");
    return traces;
}

void same_seed(const Subject &subject) {
    const auto other = traces_of_other_process(subject);
    const auto here = traces_of(subject, 2);
    bool same = here.size() == 2 * other.size();
    for (std::size_t i = 0; same && i < other.size(); ++i) same = here[2 * i] == other[i] && here[2 * i + 1] == other[i];
    if (!same)
        throw Broken(
            "the same seed gave another trace: time or randomness that is not from a service, or a mutable global (I1)");
}

constexpr Test tests[] = {
    {"starts", "E1", "starts with its options, and does not give up within a minute", starts},
    {"start_stop", "P1", "100 times, and the process is as it was before", start_stop},
    {"stop_any_time", "T2", "stops within 5 s whatever is outstanding, and however late completions are", stop_any_time},
    {"quiet", "T1", "says nothing after host->stopped", quiet},
    {"two_instances", "I1", "two instances live and end independently", two_instances},
    {"same_seed", "D1", "the same seed gives the same trace, twice, and in another process", same_seed},
};

} // namespace

std::span<const Test> life_tests() noexcept { return tests; }

} // namespace kith::check
