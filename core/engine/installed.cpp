// SPDX-License-Identifier: MIT
#include <core/engine/installed.hpp>

namespace kith::core {

Catalogue installed(const Registry &registry, std::span<const Refusal> directories) {
    Catalogue result;
    for (const Plugin *plugin : registry.plugins()) {
        PluginInfo info;
        info.kind = plugin->kind();
        info.id = plugin->id();
        info.aliases.assign(plugin->aliases().begin(), plugin->aliases().end());
        info.schema = plugin->options();
        info.flags = plugin->descriptor().flags;
        info.prune = plugin->prune();
        result.installed.push_back(std::move(info));
    }
    const auto add = [&](const Refusal &refusal) {
        result.refused.push_back({refusal.file, refusal.rule + ": " + refusal.reason + "; " + refusal.remedy});
    };
    for (const Refusal &refusal : directories) add(refusal);
    for (const Refusal &refusal : registry.refused()) add(refusal);
    return result;
}

} // namespace kith::core
