// SPDX-License-Identifier: MIT
#include <core/config/plugin_catalogue.hpp>

#include <kith/plugin.h>

#include <algorithm>

namespace kith::core {

const PluginInfo *PluginCatalogue::find(std::uint32_t kind, std::string_view id) const {
    const PluginInfo *by_alias = nullptr;
    for (const auto &plugin : installed) {
        if (plugin.kind != kind) continue;
        if (plugin.id == id) return &plugin;
        if (!by_alias && std::find(plugin.aliases.begin(), plugin.aliases.end(), id) != plugin.aliases.end())
            by_alias = &plugin;
    }
    return by_alias;
}

} // namespace kith::core
