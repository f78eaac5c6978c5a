// SPDX-License-Identifier: MIT
//
// How much memory this process has at present.
#pragma once

#include <cstdint>
#include <fstream>
#include <unistd.h>

namespace kith::sim {

/// Bytes, of /proc/self/statm; 0 where that cannot be read.
inline std::uint64_t resident_bytes() {
    std::uint64_t size = 0, pages = 0;
    std::ifstream("/proc/self/statm") >> size >> pages;
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace kith::sim
