// SPDX-License-Identifier: MIT
#include <core/engine/catalogue_from_registry.hpp>

#include <algorithm>

namespace kith::core {

namespace {

PluginInfo info_of(const Plugin &plugin) {
    PluginInfo info;
    info.kind = plugin.kind();
    info.id = plugin.id();
    info.aliases.assign(plugin.aliases().begin(), plugin.aliases().end());
    info.schema = plugin.options();
    info.flags = plugin.descriptor().flags;
    info.prune = plugin.prune();
    info.file = plugin.library().file_name();
    info.stranger = [&plugin] { return !plugin.library().first_party(); };
    return info;
}

} // namespace

PluginCatalogue catalogue_from_registry(const Registry &registry, std::span<const Refusal> directories) {
    PluginCatalogue result;
    for (const Plugin *plugin : registry.plugins()) result.installed.push_back(info_of(*plugin));
    const auto add = [&](const Refusal &refusal) {
        result.refused.push_back({refusal.file, refusal.rule + ": " + refusal.reason + "; " + refusal.remedy});
    };
    for (const Refusal &refusal : directories) add(refusal);
    for (const Refusal &refusal : registry.refused()) add(refusal);
    return result;
}

std::vector<PluginInfo> catalogue_of(const Library &library) {
    std::vector<PluginInfo> result;
    for (const auto &plugin : library.plugins()) result.push_back(info_of(*plugin));
    return result;
}

bool uses(const Config &config, const Plugin &plugin) {
    const auto it = [&plugin](const auto &instance) { return instance.plugin == plugin.id(); };
    const auto strategy = [&it](const Topology &topology) { return std::ranges::any_of(topology.sources, it); };
    switch (plugin.kind()) {
    case KITH_KIND_STRATEGY: return std::ranges::any_of(config.topologies, strategy);
    case KITH_KIND_CONNECTOR: return std::ranges::any_of(config.connectors, it);
    case KITH_KIND_SINK: return std::ranges::any_of(config.sinks, it);
    default: return false;
    }
}

} // namespace kith::core
