// SPDX-License-Identifier: MIT
//
// The command line of `kith sim`: for the program kith-sim, which parses it, and for the completions and manual pages of kith.
#pragma once

#include "command_line.hpp"

namespace kith::app {

CommandLine sim_command_line();

} // namespace kith::app
