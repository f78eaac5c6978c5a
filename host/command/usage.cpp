// SPDX-License-Identifier: MIT
#include "usage.hpp"

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int usage_error(const std::string &command, const std::string &what) {
    std::cerr << "kith " << command << ": " << what << "\nTry `kith " << command << " --help`.\n";
    return exit_usage;
}

std::optional<po::variables_map> parse(Usage &usage, const Words &words, int &status) {
    usage.options.add_options()("help,h", "print this help and exit");
    po::options_description all;
    all.add(usage.options).add(usage.hidden);
    po::variables_map values;
    try {
        po::store(po::command_line_parser(words).options(all).positional(usage.positional).run(), values);
        if (values.count("help") != 0) {
            std::cout << "Usage: " << usage.synopsis << "\n\n" << usage.about << '\n' << usage.options;
            status = exit_good;
            return std::nullopt;
        }
        po::notify(values);
    } catch (const po::error &error) {
        status = usage_error(usage.name, error.what());
        return std::nullopt;
    }
    return values;
}

} // namespace kith::app
