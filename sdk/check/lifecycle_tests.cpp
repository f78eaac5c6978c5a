// SPDX-License-Identifier: MIT
#include "simulated_plugin.hpp"

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
using testkit::PluginHarness;
using testkit::SimNet;

void starts(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        SimulatedPlugin simulated(plugin, plugin.seed);
        if (simulated.harness.start() != KITH_OK) {
            const std::string &why = simulated.harness.error();
            const bool undeclared = why.starts_with("the host does not offer ");
            throw RuleViolation(
                "the plugin does not start: " + why +
                (undeclared ? "; if the plugin needs it, name it in `required`" : "; pass its options with --options"));
        }
        simulated.harness.run_for(1min);
        require_no_violation(simulated.harness);
        if (simulated.harness.failed())
            throw RuleViolation("it calls host->failed within a minute, although nothing fails in the simulated network: " +
                                simulated.harness.error() +
                                "; report an unreachable source with discovery.failed or connector.detached");
    });
}

std::size_t entries(const char *folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// The process state that P1 forbids to change, as text.
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

void start_stop(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        const std::string before = process_state();
        SimulatedPlugin simulated(plugin, plugin.seed);
        for (int i = 0; i < 100; ++i) {
            simulated.start();
            simulated.harness.run_for(i % 2 == 0 ? 0ms : 700ms);
            simulated.stop();
        }
        const std::string after = process_state();
        if (before != after) throw RuleViolation("P1: the process state changed from \"" + before + "\" to \"" + after + "\"");
    });
}

void stop_any_time(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        testkit::Random random(plugin.seed);
        for (int i = 0; i < 50; ++i) {
            SimulatedPlugin simulated(plugin, plugin.seed + static_cast<std::uint64_t>(i));
            simulated.net.delay(1ms, 60s);
            simulated.net.resolver_delay(2s);
            simulated.start();
            simulated.harness.run_for(std::chrono::microseconds(random.below(10'000'000)));
            simulated.stop();
        }
    });
}

void quiet(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        SimulatedPlugin simulated(plugin, plugin.seed);
        simulated.start();
        simulated.harness.run_for(20s);
        simulated.harness.stop();
        const auto said = [&] {
            return simulated.harness.observations().size() + simulated.harness.reports().size() +
                   simulated.harness.log().size();
        };
        const auto before = said();
        simulated.harness.run_for(1h);
        require_no_violation(simulated.harness);
        if (said() != before) throw RuleViolation("T1: it called the host after host->stopped");
        simulated.harness.destroy();
        simulated.harness.run_for(1h);
        require_no_violation(simulated.harness);
    });
}

void two_instances(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        SimNet net(plugin.seed);
        PluginHarness one(net.machine("one", {"10.0.0.1"}), plugin.entry, plugin.id, plugin.options);
        PluginHarness two(net.machine("two", {"10.0.0.2"}), plugin.entry, plugin.id, plugin.options,
                          {"test", "second", "test/second"});
        start_or_skip(one);
        if (two.start() != KITH_OK)
            throw RuleViolation("I1: a second instance does not start while the first is running: " + two.error());
        net.run_for(10s);
        one.stop();
        one.destroy();
        net.run_for(10s);
        if (!two.running() || (two.failed() && !one.failed()))
            throw RuleViolation("I1: destroying one instance ended the other");
        two.stop();
        require_no_violation(one);
        require_no_violation(two);
    });
}

std::uint64_t trace_of(const PluginUnderTest &plugin) {
    SimulatedPlugin simulated(plugin, plugin.seed);
    simulated.start();
    simulated.harness.run_for(2min);
    simulated.stop();
    return simulated.net.trace_hash();
}

// Runs each plugin `times` times in sequence while the library is loaded; one trace hash for each run.
std::vector<std::uint64_t> traces_of(const TestInput &input, int times) {
    std::vector<std::uint64_t> out;
    for_each_plugin(input, [&out, times](const PluginUnderTest &plugin) {
        for (int i = 0; i < times; ++i) out.push_back(trace_of(plugin));
    });
    return out;
}

// Forks before the library is loaded, because threads that a library starts would not exist in the forked process.
std::vector<std::uint64_t> traces_of_other_process(const TestInput &input) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
        // Changes the memory layout, so that an order by address changes the trace.
        const std::string ballast(1'000'003, 'x');
        std::vector<std::uint64_t> traces;
        try {
            traces = traces_of(input, 1);
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
    if (child > 0 && WIFSIGNALED(status)) throw RuleViolation("the plugin crashed in a second process");
    return traces;
}

void same_seed(const TestInput &input) {
    const auto other = traces_of_other_process(input);
    const auto here = traces_of(input, 2);
    bool same = here.size() == 2 * other.size();
    for (std::size_t i = 0; same && i < other.size(); ++i) same = here[2 * i] == other[i] && here[2 * i + 1] == other[i];
    if (!same)
        throw RuleViolation("two runs with the same seed differ; possible causes are time or randomness that is not from a "
                            "service, and a mutable global (I1)");
}

constexpr Test lifecycle_test_table[] = {
    {"starts", "E1", "starts with its options, and does not call host->failed within a minute", starts},
    {"start_stop", "P1", "starting and stopping 100 times leaves the process state unchanged", start_stop},
    {"stop_any_time", "T2", "stops within 5 s, whatever operations are outstanding and however late they complete",
     stop_any_time},
    {"quiet", "T1", "does not call the host after host->stopped", quiet},
    {"two_instances", "I1", "two instances run and end independently", two_instances},
    {"same_seed", "D1", "runs with the same seed give the same trace, also in another process", same_seed},
};

} // namespace

std::span<const Test> lifecycle_tests() noexcept { return lifecycle_test_table; }

} // namespace kith::check
