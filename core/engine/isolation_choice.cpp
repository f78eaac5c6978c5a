// SPDX-License-Identifier: MIT
#include <core/engine/isolation_choice.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

bool is_isolated(PluginSettings::Isolate isolate, const Library &library) {
    switch (isolate) {
    case PluginSettings::Isolate::all: return true;
    case PluginSettings::Isolate::none: return false;
    case PluginSettings::Isolate::strangers: break;
    }
    return !library.first_party();
}

} // namespace

std::optional<Isolation> isolation_of(const PluginSettings &settings, const IsolateSetting &instance, const Plugin &plugin) {
    using Mode = IsolateSetting::Mode;
    switch (instance.mode) {
    case Mode::unset: {
        const bool isolated = is_isolated(settings.isolate, plugin.library());
        // Where files cannot be copied into memory, a stranger's is loaded by its path into this process, and the loader reports a warning.
        const bool possible = settings.isolate == PluginSettings::Isolate::all || plugin.library().sealed_copy() >= 0;
        return isolated && possible ? std::optional<Isolation>(std::in_place) : std::nullopt;
    }
    case Mode::no: return std::nullopt;
    case Mode::yes: return Isolation{};
    case Mode::group: return Isolation{.group = instance.group, .sandbox = true};
    case Mode::crash: return Isolation{.group = {}, .sandbox = false};
    }
    return Isolation{};
}

PluginInstance::Dependencies isolated(PluginInstance::Dependencies dependencies, const IsolationSettings &settings,
                                      const IsolateSetting &instance, const Plugin &plugin) {
    auto isolation = isolation_of(settings.plugins, instance, plugin);
    // A library that was not loaded when kith started is not loaded by a reload.
    if (!isolation && !plugin.library().is_open()) isolation.emplace();
    if (settings.maker == nullptr) isolation.reset();
    dependencies.maker = isolation ? settings.maker : nullptr;
    dependencies.rights = isolation && isolation->sandbox && !plugin.library().first_party() ? &settings.rights : nullptr;
    dependencies.isolation = std::move(isolation).value_or(Isolation{});
    return dependencies;
}

namespace {

bool has_instance(const Config &config, const Plugin &plugin, const auto &is_wanted) {
    const auto is_one = [&](const auto &instance) { return instance.plugin == plugin.id() && is_wanted(instance.isolate); };
    switch (plugin.kind()) {
    case KITH_KIND_STRATEGY:
        return std::ranges::any_of(config.topologies,
                                   [&](const Topology &topology) { return std::ranges::any_of(topology.sources, is_one); });
    case KITH_KIND_CONNECTOR: return std::ranges::any_of(config.connectors, is_one);
    case KITH_KIND_SINK: return std::ranges::any_of(config.sinks, is_one);
    default: return false;
    }
}

} // namespace

bool needed_in_process(const Config &config, const Plugin &plugin) {
    return has_instance(config, plugin,
                        [&](const IsolateSetting &instance) { return !isolation_of(config.plugins, instance, plugin); });
}

bool needs_helper(const Config &config, const Plugin &plugin) {
    return has_instance(config, plugin, [&](const IsolateSetting &instance) {
        if (instance.mode != IsolateSetting::Mode::unset) return instance.mode != IsolateSetting::Mode::no;
        return is_isolated(config.plugins.isolate, plugin.library());
    });
}

} // namespace kith::core
