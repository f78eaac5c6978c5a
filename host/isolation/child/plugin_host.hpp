// SPDX-License-Identifier: MIT
//
// kith-plugin-host: runs the instances of one plugin library for kith, which starts it. It is not for people. It is the program kith under
// another name (a link), because most of its code is there too.
#pragma once

namespace kith::isolation {

/// Whether a program of this name (argv[0]) is kith-plugin-host.
bool is_plugin_host(const char *program) noexcept;

/// Its main function. Returns the exit status only where it was not started by kith, or kith has ended meanwhile; otherwise it ends the process.
int run_plugin_host(int count, char **arguments);

} // namespace kith::isolation
