// SPDX-License-Identifier: MIT
//
// The program kith-sim, which the command `kith sim` runs.
#include <host/command/command_line.hpp>
#include <tests/sanitizers.hpp>
#include <tests/sim/result_report.hpp>
#include <tests/sim/simulation.hpp>

#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

namespace {

namespace po = boost::program_options;
using namespace kith;
using namespace kith::app;

std::pair<std::optional<std::string>, std::string> read_file(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return {std::nullopt, "the file does not exist or cannot be read"};
    std::ostringstream text;
    text << in.rdbuf();
    return {text.str(), {}};
}

int simulate(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "sim";
    command_line.synopsis = "kith sim SCENARIO [--seed N] [--seeds N] [--trace FILE] [--json] [--plugins DIR]";
    command_line.about =
        "Runs the hosts of a scenario in a simulated network, each with kith and the real plugins, applies its faults,\n"
        "and compares the hosts' state with its expectations. The same seed gives the same run.\n"
        "Exit status: 0 all expectations were met, 1 they were not, 2 invalid scenario.\n";
    command_line.options.add_options()("seed", po::value<std::uint64_t>()->value_name("N"),
                                       "the seed, instead of the scenario's")(
        "seeds", po::value<std::uint64_t>()->default_value(1)->value_name("N"),
        "the number of seeds to run, one after the other")("trace", po::value<std::string>()->value_name("FILE"),
                                                           "write all events to FILE as lines of JSON; - is standard output")(
        "json", "print the result as JSON, one object in one line for each seed")(
        "plugins", po::value<std::string>()->required()->value_name("DIR"),
        "the plugin directory; `kith sim` passes its own by default");
    command_line.hidden.add_options()("scenario", po::value<std::string>()->required());
    command_line.positional.add("scenario", 1);
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
    } else if (!path.empty()) {
        trace_file.open(path, std::ios::binary | std::ios::trunc);
        if (!trace_file) return usage_error("sim", "cannot write " + path);
        trace_out = &trace_file;
    }
    std::ostream &report = trace_out == &std::cout ? std::cerr : std::cout;
    const auto plugins = sim::load_plugins({text("plugins")});
    const std::uint64_t first = values->count("seed") != 0 ? (*values)["seed"].as<std::uint64_t>() : scenario->seed;
    const std::uint64_t count = (*values)["seeds"].as<std::uint64_t>();
    for (std::uint64_t seed = first; seed - first < count; ++seed) {
        sim::Trace trace(trace_out);
        auto simulation = std::make_unique<sim::Simulation>(*scenario, *plugins, seed, trace);
        core::Diagnostics problems;
        const bool ready = simulation->prepare(problems);
        if (!ready || seed == first) std::cerr << core::to_text(problems);
        if (!ready) return exit_usage;
        const sim::SimulationResult result = simulation->run();
        const std::string again = "kith sim " + file + " --seed " + std::to_string(seed) + " --trace -";
        report << (values->count("json") != 0 ? to_json(*scenario, result, again) : to_text(*scenario, result, again));
        if (!result.good()) status = exit_negative;
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
