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
    friend auto operator<=>(const Run &, const Run &) = default;
};

} // namespace kith::mesh
