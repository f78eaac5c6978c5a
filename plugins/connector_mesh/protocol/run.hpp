// SPDX-License-Identifier: MIT
//
// One life of a member: from the start of its process to its end. A later run of the same name replaces the earlier one.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace kith::mesh {

/// Monotonic, since any moment.
using Time = std::chrono::nanoseconds;

struct Run {
    std::uint64_t start = 0; // milliseconds since 1970, of the clock of that host
    std::uint64_t nonce = 0; // random, so that two starts in one millisecond differ

    [[nodiscard]] bool known() const noexcept { return start != 0 || nonce != 0; }
    friend bool operator==(const Run &, const Run &) = default;
    friend std::strong_ordering operator<=>(const Run &a, const Run &b) noexcept {
        return a.start != b.start ? a.start <=> b.start : a.nonce <=> b.nonce;
    }
};

} // namespace kith::mesh
