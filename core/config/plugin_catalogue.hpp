// SPDX-License-Identifier: MIT
//
// What configuration has to know of the installed plugins: the part of their descriptors that it checks against.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct PluginInfo {
    std::uint32_t kind = 0; // KITH_KIND_...
    std::string id;
    std::vector<std::string> aliases;
    std::string schema;      // JSON Schema of the options, as the descriptor has it; empty: takes no options
    std::uint32_t flags = 0; // KITH_FLAG_...
    std::uint32_t prune = 0; // KITH_PRUNE_...
};

// A file in the plugins directory that was not loaded.
struct RefusedPlugin {
    std::string file;
    std::string reason; // with its rule
};

struct PluginCatalogue {
    std::vector<PluginInfo> installed;
    std::vector<RefusedPlugin> refused;

    // By id or alias; null when there is none.
    const PluginInfo *find(std::uint32_t kind, std::string_view id) const;
};

} // namespace kith::core
