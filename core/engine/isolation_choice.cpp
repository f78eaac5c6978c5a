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
    // Where files cannot be copied into memory, a stranger's is loaded by its path into this process, and the loader reports a warning.
    return !library.first_party() && library.sealed_copy() >= 0;
}

} // namespace

std::optional<Isolation> isolation_of(const PluginSettings &settings, const IsolateSetting &instance, const Plugin &plugin) {
    using Mode = IsolateSetting::Mode;
    switch (instance.mode) {
    case Mode::unset:
        return is_isolated(settings.isolate, plugin.library()) ? std::optional<Isolation>(std::in_place) : std::nullopt;
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

bool needed_in_process(const Config &config, const Plugin &plugin) {
    const auto in_process = [&](const auto &instance) {
        return instance.plugin == plugin.id() && !isolation_of(config.plugins, instance.isolate, plugin);
    };
    switch (plugin.kind()) {
    case KITH_KIND_STRATEGY:
        return std::ranges::any_of(config.topologies,
                                   [&](const Topology &topology) { return std::ranges::any_of(topology.sources, in_process); });
    case KITH_KIND_CONNECTOR: return std::ranges::any_of(config.connectors, in_process);
    case KITH_KIND_SINK: return std::ranges::any_of(config.sinks, in_process);
    default: return false;
    }
}

} // namespace kith::core
