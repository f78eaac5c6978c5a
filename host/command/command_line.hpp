// SPDX-License-Identifier: MIT
//
// The command line of one command: Boost.Program_options, with help that says what the command does, and errors that say what to do.
#pragma once

#include "commands.hpp"

#include <boost/program_options.hpp>

#include <optional>
#include <string>

namespace kith::app {

struct CommandLine {
    std::string name;                                               ///< of the command
    std::string synopsis;                                           ///< such as "kith check CONFIG [--json]"
    std::string about;                                              ///< what it does, in a few lines, each ending in a newline
    boost::program_options::options_description options{"Options"}; ///< --help is added
    boost::program_options::positional_options_description positional;
    boost::program_options::options_description hidden; ///< the positional ones
};

/// The parsed words; nothing when the command is to end now with `status` (help was printed, or the usage was wrong and said so).
std::optional<boost::program_options::variables_map> parse(CommandLine &command_line, const Arguments &arguments, int &status);

/// Says on standard error what is wrong with the usage, and returns exit_usage.
int usage_error(const std::string &command, const std::string &what);

} // namespace kith::app
