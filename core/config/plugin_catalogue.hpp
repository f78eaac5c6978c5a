// SPDX-License-Identifier: MIT
//
// The installed plugins: the members of their descriptors that the configuration is checked by.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct PluginInfo {
    std::uint32_t kind = 0; // KITH_KIND_...
    std::string id;
    std::vector<std::string> aliases;
    std::string schema;      // JSON Schema of the options from the descriptor; empty: the plugin has no options
    std::uint32_t flags = 0; // KITH_FLAG_...
    std::uint32_t prune = 0; // KITH_PRUNE_...
    std::string file{};      // name, without directory
    std::function<bool()>
        stranger{}; // whether the file is not of this build (Library::first_party), which takes time; empty: no

    bool is_stranger() const { return stranger && stranger(); }
};

// A file in the plugins directory that was not loaded.
struct RefusedPlugin {
    std::string file;
    std::string reason; // with the number of the rule
};

struct PluginCatalogue {
    std::vector<PluginInfo> installed;
    std::vector<RefusedPlugin> refused;
    bool complete = true; // false: only those that are in use

    // Finds a plugin by its id or an alias; null when there is none.
    const PluginInfo *find(std::uint32_t kind, std::string_view id) const;
};

} // namespace kith::core
