// SPDX-License-Identifier: MIT
//
// All commands of kith, and what each prints with --help as values: for the overview, the completions of shells and the manual page.
#pragma once

#include "commands.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct Command {
    std::string_view name;
    std::string_view about; ///< in one line
    int (*call)(const Arguments &);
};

std::span<const Command> command_table();

struct CommandOption {
    std::string name;  ///< without --
    std::string value; ///< what it takes, such as FILE; empty: nothing
    std::string about;
};

struct CommandUsage {
    std::string_view name;
    std::string_view about; ///< in one line
    std::string synopsis;
    std::string description; ///< in a few lines
    std::vector<CommandOption> options;
};

/// Of every command, in the order of the table. None of them runs.
std::vector<CommandUsage> command_usages();

} // namespace kith::app
