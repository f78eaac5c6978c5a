// SPDX-License-Identifier: MIT
//
// The sandbox that a library needs, by the flags of its plugins.
#pragma once

#include "sandbox/profile.hpp"

#include <core/loader/library.hpp>

#include <algorithm>

namespace kith::isolation {

inline Profile profile_of(const core::Library &library) {
    const auto any = [&](std::uint32_t flag) {
        return std::ranges::any_of(library.plugins(), [&](const auto &plugin) { return plugin->has_flag(flag); });
    };
    if (any(KITH_FLAG_FOREIGN_IO)) return Profile::foreign_io;
    return any(KITH_FLAG_THREADS) ? Profile::threads : Profile::standard;
}

} // namespace kith::isolation
