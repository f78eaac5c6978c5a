// SPDX-License-Identifier: MIT
#include "sim_command_line.hpp"

#include <cstdint>

namespace kith::app {

CommandLine sim_command_line() {
    namespace po = boost::program_options;
    CommandLine line;
    line.name = "sim";
    line.synopsis = "kith sim SCENARIO [--seed N] [--seeds N] [--trace FILE] [--page FILE] [--page-hosts NAMES] [--json] "
                    "[--plugins DIR]";
    line.about =
        "Runs the hosts of a scenario in a simulated network, each with kith and the real plugins, applies its faults,\n"
        "and compares the hosts' state with its expectations. The same seed gives the same run.\n"
        "Example: kith sim scenario.json --page run.html\n"
        "Exit status: 0 all expectations were met, 1 they were not, 2 invalid scenario.\n";
    line.options.add_options()("seed", po::value<std::uint64_t>()->value_name("N"), "the seed, instead of the scenario's")(
        "seeds", po::value<std::uint64_t>()->default_value(1)->value_name("N"),
        "the number of seeds to run, one after the other")("trace", po::value<std::string>()->value_name("FILE"),
                                                           "write all events to FILE as lines of JSON; - is standard output")(
        "page", po::value<std::string>()->value_name("FILE"),
        "write the run to FILE as a status page that moves through time, for a browser; it needs no other file")(
        "page-hosts", po::value<std::string>()->value_name("NAMES"),
        "the hosts that --page records, separated by commas; all by default")(
        "json", "print the result as JSON, one object in one line for each seed")(
        "plugins", po::value<std::string>()->required()->value_name("DIR"),
        "the plugin directory; `kith sim` passes its own by default");
    line.hidden.add_options()("scenario", po::value<std::string>()->required());
    line.positional.add("scenario", 1);
    return line;
}

} // namespace kith::app
