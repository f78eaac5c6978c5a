// SPDX-License-Identifier: MIT
#include "check.hpp"

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/rig.hpp>

#include <kith/hosting/options.hpp>

#include <malloc.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocale>
#include <filesystem>
#include <functional>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::Machine;
using testkit::Rig;
using testkit::SimNet;

struct Plugin {
    const kith_entry &entry;
    const kith_descriptor &descriptor;
    std::string id;
    std::string options;
    std::uint64_t seed;
};

// Each plugin of the library that can be simulated.
void for_each_plugin(const Subject &subject, const std::function<void(const Plugin &)> &test) {
    const Library library(subject);
    bool any = false;
    for (const auto *d : library.descriptors()) {
        if ((d->flags & KITH_FLAG_FOREIGN_IO) != 0) continue;
        any = true;
        const std::string options = subject.options.empty() ? usual_options(view(d->options)) : subject.options;
        test({library.entry(), *d, std::string(view(d->id)), options, subject.seed});
    }
    if (!any) throw Skipped("it has sockets, time or randomness of its own (KITH_FLAG_FOREIGN_IO), and is not simulated");
}

void keep_rules(const Rig &rig) {
    if (!rig.violations().empty()) throw Broken(rig.violations().front());
}

// A plugin on a machine of its own.
struct Stage {
    explicit Stage(const Plugin &plugin, std::uint64_t seed)
        : net(seed), rig(there(net), plugin.entry, plugin.id, plugin.options) {
        rig.node("check@10.0.0.1");
    }
    static Machine &there(SimNet &net) { return net.machine("here", {"10.0.0.1"}); }
    void start() {
        if (rig.start() != KITH_OK)
            throw Broken("it does not start, so nothing can be tested: " + rig.error() + "; give it options with --options");
    }
    void stop() {
        rig.stop();
        keep_rules(rig);
        rig.destroy();
        keep_rules(rig);
    }
    SimNet net;
    Rig rig;
};

void without_services(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        static std::string text;
        text.clear();
        kith_host host{};
        host.struct_size = sizeof host;
        host.instance = {"check", 5};
        host.service = [](const kith_host *, kith_str) noexcept -> const void * { return nullptr; };
        host.cancel = [](const kith_host *, std::uint64_t) noexcept -> std::int32_t { return KITH_STALE; };
        host.error = [](const kith_host *, kith_str said) noexcept { text = view(said); };
        host.stopped = [](const kith_host *) noexcept {};
        host.failed = [](const kith_host *, std::int32_t, kith_str) noexcept {};
        const kith_instance *made = nullptr;
        const auto status = plugin.entry.create(&host, plugin.descriptor.id, &made);
        if (status == KITH_OK) throw Broken(plugin.id + ": create succeeds in a host that offers no service at all");
        if (made != nullptr) throw Broken(plugin.id + ": create failed and set *out all the same");
        if (text.empty()) throw Broken(plugin.id + ": create failed without a text by host->error (E1)");
    });
}

void any_options(const Subject &subject) {
    static constexpr const char *odd[] = {"null",   "true",        "-1", "0",      "1e300", "9223372036854775807",
                                          "\"\"",   "\"\\u0000\"", "[]", "[null]", "{}",    "\"a b@c:99999\"",
                                          "[[[]]]", "\"${X}\""};
    for_each_plugin(subject, [](const Plugin &plugin) {
        const Options schema(view(plugin.descriptor.options));
        std::uint64_t count = 0;
        if (schema.size("/properties", count) != KITH_OK) count = 0;
        testkit::Random random(plugin.seed);
        for (int round = 0; round < 200; ++round) {
            std::string options = "{";
            for (std::uint64_t i = 0; i < count; ++i) {
                std::string_view name;
                if (random.below(2) == 0 || schema.member("/properties", i, name) != KITH_OK) continue;
                if (options.size() > 1) options += ", ";
                options += "\"" + std::string(name) + "\": " + odd[random.below(std::size(odd))];
            }
            options += "}";
            SimNet net(plugin.seed);
            Rig rig(Stage::there(net), plugin.entry, plugin.id, options);
            if (rig.start() == KITH_OK) rig.stop();
            if (!rig.violations().empty()) throw Broken(rig.violations().front() + "; with the options " + options);
        }
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
    return state + " threads " + std::to_string(entries("/proc/self/task")) + " descriptors " +
           std::to_string(entries("/proc/self/fd"));
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

std::uint64_t trace_of_other_process(const Plugin &plugin) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
        // Memory laid out otherwise, so that an order by address shows.
        const std::string ballast(1'000'003, 'x');
        std::uint64_t hash = 0;
        try {
            hash = trace_of(plugin);
        } catch (...) {
        }
        _exit(write(ends[1], &hash, sizeof hash) == sizeof hash && ballast.size() > 1 ? 0 : 1);
    }
    close(ends[1]);
    std::uint64_t hash = 0;
    const bool told = read(ends[0], &hash, sizeof hash) == sizeof hash;
    close(ends[0]);
    if (child > 0) waitpid(child, nullptr, 0);
    if (!told) throw Broken("it crashed in a second process");
    return hash;
}

void same_seed(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        const auto other = trace_of_other_process(plugin);
        const auto first = trace_of(plugin);
        const auto second = trace_of(plugin);
        if (first != second || first != other)
            throw Broken(
                "the same seed gave another trace: time or randomness that is not from a service, or a mutable global (I1)");
    });
}

void each_call_fails(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        testkit::fail_each(
            [&](SimNet &net) {
                Rig rig(Stage::there(net), plugin.entry, plugin.id, plugin.options);
                rig.node("check@10.0.0.1");
                if (rig.start() == KITH_OK) {
                    rig.run_for(10s);
                    rig.stop();
                }
                keep_rules(rig);
            },
            {.status = KITH_IO, .seed = plugin.seed, .most = 10'000});
    });
}

void clock_jump(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        Stage stage(plugin, plugin.seed);
        stage.start();
        for (const auto jump : {-24h, 48h, -1000h, 100'000h}) {
            stage.rig.run_for(20s);
            stage.rig.machine().jump_wall(jump);
        }
        stage.rig.run_for(20s);
        stage.stop();
    });
}

std::size_t in_use() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

// Bytes of the rig's and the resolver's own records, which are no fault of the plugin: as many as a copy of them takes, and what vectors keep in reserve.
std::size_t recorded(const Rig &rig) {
    const auto before = in_use();
    const auto log = rig.log();
    const auto observations = rig.observations();
    const auto reports = rig.reports();
    const auto &questions = rig.machine().net().dns().asked();
    const auto asked = questions;
    return in_use() - before + (rig.log().capacity() - log.size()) * sizeof log[0] +
           (rig.observations().capacity() - observations.size()) * sizeof observations[0] +
           (rig.reports().capacity() - reports.size()) * sizeof reports[0] +
           (questions.capacity() - asked.size()) * sizeof asked[0];
}

void a_day(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        Stage stage(plugin, plugin.seed);
        stage.start();
        stage.rig.run_for(1h);
        const std::size_t records = recorded(stage.rig), open = stage.rig.outstanding(), memory = in_use();
        stage.rig.run_for(23h);
        const std::size_t allowed = memory + (recorded(stage.rig) - records) + 1'048'576;
        if (stage.rig.outstanding() > open + 64)
            throw Broken("operations pile up: " + std::to_string(open) + " after an hour, " +
                         std::to_string(stage.rig.outstanding()) + " after a day");
        if (const std::size_t now = in_use(); now > allowed)
            throw Broken("memory grows: " + std::to_string(memory) + " bytes after an hour, " + std::to_string(now) +
                         " after a day");
        stage.stop();
    });
}

constexpr Test tests[] = {
    {"without_services", "E1", "create fails, with a text, in a host without services", without_services},
    {"any_options", "E1", "odd options are refused with a text, or taken; never a crash", any_options},
    {"start_stop", "P1", "100 times, and the process is as it was before", start_stop},
    {"stop_any_time", "T2", "stops within 5 s whatever is outstanding, and however late completions are", stop_any_time},
    {"quiet", "T1", "says nothing after host->stopped", quiet},
    {"two_instances", "I1", "two instances live and end independently", two_instances},
    {"same_seed", "D1", "the same seed gives the same trace, twice, and in another process", same_seed},
    {"each_call_fails", "T2", "stays in order when each call of a service fails in turn", each_call_fails},
    {"clock_jump", "D1", "a wall clock that jumps does no harm", clock_jump},
    {"a_day", "T3", "a simulated day without growth of memory or operations", a_day},
};

} // namespace

std::span<const Test> life_tests() noexcept { return tests; }

} // namespace kith::check
