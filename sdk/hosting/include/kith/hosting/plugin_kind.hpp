// SPDX-License-Identifier: MIT
//
// The names of the kinds of plugins: KITH_KIND_STRATEGY is "strategy".
#pragma once

#include <kith/plugin.h>

#include <cstdint>
#include <string_view>

namespace kith {

/// "plugin" for an unknown kind (A4).
constexpr std::string_view plugin_kind_name(std::uint32_t kind) noexcept {
    switch (kind) {
    case KITH_KIND_STRATEGY: return "strategy";
    case KITH_KIND_CONNECTOR: return "connector";
    case KITH_KIND_SINK: return "sink";
    default: return "plugin";
    }
}

} // namespace kith
