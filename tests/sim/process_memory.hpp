// SPDX-License-Identifier: MIT
//
// The memory that this process uses now.
#pragma once

#include <cstdint>
#include <fstream>
#include <unistd.h>

namespace kith::sim {

/// Resident set size in bytes, from /proc/self/statm; 0 when it cannot be read.
inline std::uint64_t resident_bytes() {
    std::uint64_t size = 0, pages = 0;
    std::ifstream("/proc/self/statm") >> size >> pages;
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace kith::sim
