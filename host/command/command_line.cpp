// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <iostream>
#include <utility>

namespace kith::app {

namespace po = boost::program_options;

namespace {

std::function<void(const CommandLine &)> &parse_observer() {
    static std::function<void(const CommandLine &)> observer;
    return observer;
}

} // namespace

ParseObserver::ParseObserver(std::function<void(const CommandLine &)> function) { parse_observer() = std::move(function); }

ParseObserver::~ParseObserver() { parse_observer() = nullptr; }

int usage_error(const std::string &command, const std::string &what) {
    std::cerr << "kith " << command << ": " << what << "\nTry `kith " << command << " --help`.\n";
    return exit_usage;
}

std::optional<po::variables_map> parse(CommandLine &command_line, const Arguments &arguments, int &status) {
    command_line.options.add_options()("help,h", "print this help and exit");
    if (parse_observer()) {
        parse_observer()(command_line);
        status = exit_ok;
        return std::nullopt;
    }
    po::options_description all;
    all.add(command_line.options).add(command_line.hidden);
    po::variables_map values;
    try {
        po::store(po::command_line_parser(arguments).options(all).positional(command_line.positional).run(), values);
        if (values.count("help") != 0) {
            std::cout << "Usage: " << command_line.synopsis << "\n\n" << command_line.about << '\n' << command_line.options;
            status = exit_ok;
            return std::nullopt;
        }
        po::notify(values);
    } catch (const po::error &error) {
        status = usage_error(command_line.name, error.what());
        return std::nullopt;
    }
    return values;
}

} // namespace kith::app
