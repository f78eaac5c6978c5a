// SPDX-License-Identifier: MIT
//
// What a process with a plugin may do by itself. README.md has the calls that remain in each profile.
#pragma once

#include <cstdint>

namespace kith::isolation {

enum class Profile : std::uint8_t {
    standard,
    threads,    ///< standard, and threads: a library that declares KITH_FLAG_THREADS
    foreign_io, ///< threads, and sockets of IPv4 and IPv6 and reading of files: a library that declares KITH_FLAG_FOREIGN_IO
    none,       ///< all rights ("isolate": "crash"): only descriptors are closed, and memory is limited
};

} // namespace kith::isolation
