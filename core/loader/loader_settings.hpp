// SPDX-License-Identifier: MIT
//
// What the host brings to a plugin, as far as the loader looks at it.
#pragma once

#include "core/loader/sha256_pin.hpp"

#include <kith/plugin.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct LoaderSettings {
    std::vector<std::string> services;        ///< ids of all services offered, such as "kith.timer/1"
    std::vector<Pin> pins;                    ///< `plugins.allow`
    std::string state_dir;                    ///< where descriptions are remembered that took a process to make; empty: nowhere
    std::uint32_t abi_major = KITH_ABI_MAJOR; ///< changed by tests only
    std::uint32_t abi_minor = KITH_ABI_MINOR; ///< changed by tests only

    bool has(std::string_view service) const;
};

} // namespace kith::core
