// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace kith::testkit {

/// Returns the index of an unused element of `all`: one from the list `free`, or a new one.
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
