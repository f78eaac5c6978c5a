// SPDX-License-Identifier: MIT
//
// Whether a test runs whole, as the list `long` does (KITH_CELLS=all), or a part of it that fits into the first list.
#pragma once

#include <cstdlib>
#include <string_view>

namespace kith::sim::test {

inline bool whole_test_requested() {
    const char *const value = std::getenv("KITH_CELLS");
    return value != nullptr && std::string_view(value) == "all";
}

} // namespace kith::sim::test
