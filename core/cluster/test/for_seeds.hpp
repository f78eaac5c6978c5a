// SPDX-License-Identifier: MIT
//
// Runs a property test with many seeds. KITH_SEED=<n> runs only that seed; KITH_RUNS=<n> sets how many there are. The message of
// a failure contains the seed.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>

namespace kith::core::test {

inline std::uint64_t from_environment(const char *name, std::uint64_t otherwise) {
    const char *text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

template <typename Run>
void for_seeds(std::uint64_t runs, Run run) {
    const std::uint64_t only = from_environment("KITH_SEED", 0);
    runs = from_environment("KITH_RUNS", runs);
    for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : runs); ++seed) {
        BOOST_TEST_CONTEXT("run it again with KITH_SEED=" << seed) { run(seed); }
    }
}

} // namespace kith::core::test
