// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace kith::testkit {

/// The number of a place in `all` that nobody has: one that was given back to `free`, or a new one.
template <class Places>
std::uint32_t take_slot(Places &all, std::vector<std::uint32_t> &free) {
    if (free.empty()) {
        all.emplace_back();
        return static_cast<std::uint32_t>(all.size() - 1);
    }
    const std::uint32_t slot = free.back();
    free.pop_back();
    return slot;
}

} // namespace kith::testkit
