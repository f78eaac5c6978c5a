// SPDX-License-Identifier: MIT
//
// The program kith-sim, which the command `kith sim` runs.
#include <host/command/sim_command_line.hpp>
#include <host/log/progress_line.hpp>
#include <tests/sanitizers.hpp>
#include <tests/sim/page_recorder.hpp>
#include <tests/sim/result_report.hpp>
#include <tests/sim/simulation.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

namespace {

using namespace kith;
using namespace kith::app;

std::pair<std::optional<std::string>, std::string> read_file(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return {std::nullopt, "the file does not exist or cannot be read"};
    std::ostringstream text;
    text << in.rdbuf();
    return {text.str(), {}};
}

// Opens the file of an option for writing. Returns why it cannot be written, or an empty string.
std::string open_file(std::ofstream &file, const std::string &option, const std::string &path) {
    if (path.empty()) return option + ": the path of a file is expected";
    errno = 0;
    file.open(path, std::ios::binary | std::ios::trunc);
    if (file) return {};
    return option + ": cannot write " + path + ": " + std::generic_category().message(errno != 0 ? errno : EIO);
}

// The words between the commas.
std::vector<std::string> names_of(const std::string &list) {
    std::vector<std::string> names;
    std::istringstream in(list);
    for (std::string name; std::getline(in, name, ',');) names.push_back(name);
    return names;
}

// The options of --page, checked before anything runs. Returns what is wrong with them, or an empty string.
std::string page_error(const sim::Scenario &scenario, const std::vector<std::string> &hosts, bool page, std::uint64_t seeds) {
    if (!page) return hosts.empty() ? "" : "--page-hosts without --page has no effect; give --page FILE too";
    if (seeds != 1) return "--page shows one run; choose it by --seed instead of --seeds";
    for (const std::string &name : hosts) {
        const auto same = [&](const auto &host) { return host.name == name; };
        if (std::none_of(scenario.hosts.begin(), scenario.hosts.end(), same))
            return "--page-hosts: the scenario has no host `" + name + "`; its first one is " + scenario.hosts.front().name;
    }
    return {};
}

std::string progress_text(const sim::Scenario &scenario, sim::Duration now, std::uint64_t seed, std::uint64_t number,
                          std::uint64_t count) {
    const auto percent = now.count() * 100 / std::max<std::int64_t>(scenario.duration.count(), 1);
    return "kith sim: " + sim::to_text(std::chrono::floor<std::chrono::seconds>(now)) + " of " +
           sim::to_text(scenario.duration) + " simulated (" + std::to_string(percent) + " %), seed " + std::to_string(seed) +
           (count == 1 ? "" : ", run " + std::to_string(number) + " of " + std::to_string(count));
}

int simulate(const Arguments &arguments) {
    CommandLine command_line = sim_command_line();
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;
    const auto text = [&](const char *name) {
        return values->count(name) != 0 ? (*values)[name].as<std::string>() : std::string();
    };

    const std::string file = text("scenario");
    const auto [content, error] = read_file(file);
    if (!content) return usage_error("sim", "cannot read " + file + ": " + error);
    core::Diagnostics diagnostics;
    const auto scenario = sim::parse_scenario(file, *content, read_file, diagnostics);
    std::cerr << core::to_text(diagnostics);
    if (!scenario) return exit_usage;

    std::ofstream trace_file;
    std::ostream *trace_out = nullptr;
    if (const std::string path = text("trace"); path == "-") {
        trace_out = &std::cout;
    } else if (values->count("trace") != 0) {
        if (const std::string why = open_file(trace_file, "--trace", path); !why.empty()) return usage_error("sim", why);
        trace_out = &trace_file;
    }
    const bool records = values->count("page") != 0;
    const std::string page = text("page");
    const std::vector<std::string> page_hosts = names_of(text("page-hosts"));
    if (const std::string wrong = page_error(*scenario, page_hosts, records, (*values)["seeds"].as<std::uint64_t>());
        !wrong.empty())
        return usage_error("sim", wrong);
    std::ofstream page_file;
    if (records) {
        if (const std::string why = open_file(page_file, "--page", page); !why.empty()) return usage_error("sim", why);
    }
    std::ostream &report = trace_out == &std::cout ? std::cerr : std::cout;
    const auto plugins = sim::load_plugins({text("plugins")});
    const std::uint64_t first = values->count("seed") != 0 ? (*values)["seed"].as<std::uint64_t>() : scenario->seed;
    const std::uint64_t count = (*values)["seeds"].as<std::uint64_t>();
    ProgressLine progress;
    const bool shows_progress = progress.wanted() && trace_out != &std::cout;
    for (std::uint64_t seed = first; seed - first < count; ++seed) {
        sim::Trace trace(trace_out);
        auto simulation = std::make_unique<sim::Simulation>(*scenario, *plugins, seed, trace);
        core::Diagnostics problems;
        const bool ready = simulation->prepare(problems);
        if (!ready || seed == first) std::cerr << core::to_text(problems);
        if (!ready) return exit_usage;
        std::optional<sim::PageRecorder> recorder;
        if (records) {
            recorder.emplace(*scenario, page_hosts);
            simulation->observe([&](const auto &host, const auto &event, auto now) { recorder->event(host, event, now); });
            simulation->observe_changes([&](const auto &host, auto now) { recorder->changed(host, now); });
        }
        if (shows_progress) {
            simulation->observe_progress([&](sim::Duration now) {
                if (progress.due()) progress.show(progress_text(*scenario, now, seed, seed - first + 1, count));
            });
        }
        const sim::SimulationResult result = simulation->run();
        progress.erase();
        const std::string again = "kith sim " + file + " --seed " + std::to_string(seed) + " --trace -";
        report << (values->count("json") != 0 ? to_json(*scenario, result, again) : to_text(*scenario, result, again));
        if (!result.good()) status = exit_negative;
        if (recorder) {
            if (const std::string note = recorder->note(); !note.empty()) std::cerr << "kith sim: " << note << '\n';
            page_file << recorder->document(result, again);
            if (!page_file.flush()) {
                std::cerr << "kith sim: " << page << " could not be written completely; is its disk full?\n";
                status = exit_negative;
            }
        }
#if !KITH_ADDRESS_SANITIZER
        // Destroying a thousand hosts takes seconds; the memory of the last run is released when the process exits.
        if (seed + 1 - first == count) static_cast<void>(simulation.release());
#endif
    }
    return status;
}

} // namespace

int main(int argc, char **argv) try { return simulate(Arguments(argv + 1, argv + argc)); } catch (const std::exception &error) {
    std::cerr << "kith sim: " << error.what() << '\n';
    return exit_negative;
}
