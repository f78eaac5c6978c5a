// SPDX-License-Identifier: MIT
//
// Settings of the loader: the services that the host offers, pinned files, and where descriptions are cached.
#pragma once

#include "core/loader/sha256_pin.hpp"

#include <kith/plugin.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct LoaderSettings {
    std::vector<std::string> services; ///< ids of all offered services, such as "kith.timer/1"
    std::vector<Pin> pins;             ///< `plugins.allow`
    /// The files of this build, each with its name; others are strangers'. None: it is not known, and every file counts as of this build.
    std::optional<std::vector<Pin>> manifest{};
    std::string state_dir; ///< folder for cached descriptions; empty: no cache
    /// Called before a child is forked, to end what threads this process has; empty: it has none.
    std::function<void()> before_fork = {};
    std::uint32_t abi_major = KITH_ABI_MAJOR; ///< changed by tests only
    std::uint32_t abi_minor = KITH_ABI_MINOR; ///< changed by tests only

    /// Whether the host offers this service.
    bool has(std::string_view service) const;
};

} // namespace kith::core
