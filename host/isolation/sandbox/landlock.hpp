// SPDX-License-Identifier: MIT
//
// Landlock: takes the access to files, TCP ports and other processes away from this thread and all that it starts. By plain system calls,
// with the newest interface that the kernel has; the headers of Debian 12 know versions 1 and 2 of 7.
#pragma once

#include <boost/system/result.hpp>

#include <span>
#include <string>

namespace kith::isolation {

/// The version of the kernel's interface; 0: Landlock is missing, disabled, or not permitted here.
int landlock_version() noexcept;

/// Leaves reading of files in `readable` and below. The directories among them that do not exist are omitted. Requires no_new_privs and
/// version 1.
/// network: whether TCP ports may be bound and connected (version 4).
/// Unix sockets without a path, and signals, reach only processes that are restricted by the same call (version 6), as does ptrace.
boost::system::result<void, std::string> restrict_by_landlock(std::span<const std::string> readable, bool network);

} // namespace kith::isolation
