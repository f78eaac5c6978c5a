// SPDX-License-Identifier: MIT
//
// Figures of this process from /proc.
#pragma once

#include <cstdint>

namespace kith::app {

struct ProcessFigures {
    double cpu_seconds = 0;
    double resident_bytes = 0;
    double virtual_bytes = 0;
    double open_fds = 0;
    double max_fds = 0;
};

ProcessFigures process_figures();

} // namespace kith::app
