// SPDX-License-Identifier: MIT
//
// The program, but for what runs the plugin in processes of its own.
#pragma once

#include "plugin_processes.hpp"

#include <functional>
#include <memory>

namespace kith::check {

/// Called for --isolated. Throws std::invalid_argument for a wrong grant, std::runtime_error when no process can be begun.
using MakeProcesses = std::function<std::unique_ptr<PluginProcesses>(const IsolationRequest &)>;

/// Runs the tests that the arguments select, and returns the exit status.
int run_checker(int argc, char **argv, const MakeProcesses &make_processes);

} // namespace kith::check
