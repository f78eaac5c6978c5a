// SPDX-License-Identifier: MIT
//
// Parses the command line of a command with Boost.Program_options, with a help text and errors that name the remedy.
#pragma once

#include "commands.hpp"

#include <boost/program_options.hpp>

#include <functional>
#include <optional>
#include <string>

namespace kith::app {

struct CommandLine {
    std::string name;                                               ///< name of the command
    std::string synopsis;                                           ///< such as "kith check CONFIG [--json]"
    std::string about;                                              ///< description in a few lines, each with a line end
    boost::program_options::options_description options{"Options"}; ///< --help is added
    boost::program_options::positional_options_description positional;
    boost::program_options::options_description hidden; ///< the positional options
};

/// The parsed arguments. Empty when the command must return `status` now: the help was printed, or an error.
std::optional<boost::program_options::variables_map> parse(CommandLine &command_line, const Arguments &arguments, int &status);

/// While it lives, parse() hands each command line to the function instead of parsing, and the command returns: so what --help prints can be had
/// without running a command. One at a time.
class ParseObserver {
  public:
    explicit ParseObserver(std::function<void(const CommandLine &)> function);
    ~ParseObserver();
    ParseObserver(const ParseObserver &) = delete;
    ParseObserver &operator=(const ParseObserver &) = delete;
};

/// Prints a usage error on standard error and returns exit_usage.
int usage_error(const std::string &command, const std::string &what);

} // namespace kith::app
