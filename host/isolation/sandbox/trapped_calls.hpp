// SPDX-License-Identifier: MIT
//
// The handler of SIGSYS, by which the kernel reports a system call that the filter refuses. It writes a line (refused_call.hpp) once for each
// kind of call, and the call fails with EPERM.
//
// Where Landlock is missing no file can be opened at all, and yet the dynamic linker opens the library by its path /proc/self/fd/N. The
// handler answers this one call with a duplicate of the descriptor, which the process has anyway, so it grants nothing.
#pragma once

namespace kith::isolation {

/// words: where reports are written. library: a descriptor that can be opened by its path in /proc until forget_library(); -1: none.
/// Returns false with errno when the handler cannot be installed.
bool handle_trapped_calls(int words, int library);

void forget_library() noexcept;

/// Whether the kernel now refuses this call; nothing is reported. call: returns -1 with errno when it fails.
bool is_trapped(long (*call)()) noexcept;

} // namespace kith::isolation
