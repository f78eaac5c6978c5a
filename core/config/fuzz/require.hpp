// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <iostream>

namespace kith::core::fuzz {

/// Ends the run with a sentence when something does not hold.
inline void require(bool condition, const char *what) {
    if (condition) return;
    std::cerr << "what does not hold: " << what << '\n';
    std::abort();
}

} // namespace kith::core::fuzz
