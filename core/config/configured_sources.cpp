// SPDX-License-Identifier: MIT
#include <core/config/configured_sources.hpp>

#include <kith/plugin.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace kith::core {

namespace {

std::optional<ConfiguredSource> configured_source(const StrategyEntry &entry, PluginAndOptionsResolver &plugins) {
    const auto *found = plugins.plugin(KITH_KIND_STRATEGY, entry.plugin.value, entry.plugin.location);
    if (!found) return std::nullopt;
    ConfiguredSource out;
    out.plugin = found;
    out.location = entry.plugin.location;
    out.options_location = entry.options.location;
    if (!out.options_location.source_map) out.options_location.at = out.location.at;
    auto options = plugins.options(*found, entry.options.value, out.options_location);
    if (!options) return std::nullopt;
    out.options = std::move(options->value);
    out.model = {entry.name.value.empty() ? entry.plugin.value : entry.name.value, found->id, std::move(options->text),
                 options->authenticated, entry.isolate};
    return out;
}

void report_wrong_form(const TopologyEntry &topology, DiagnosticCollector &collector) {
    const bool single = topology.strategy.plugin.present, list = topology.strategies.present;
    if (!list && !single) {
        collector.error(topology.location.key_at, topology.location.path / "strategy",
                        "`strategy` is required: a plugin's id, or `strategies` for several");
    }
    if (list && (single || topology.strategy.options.present)) {
        collector.error(topology.strategies.location.key_at, topology.strategies.location.path,
                        "`strategies` replaces `strategy` and `config`; only one of the two forms is allowed");
    }
}

} // namespace

std::vector<ConfiguredSource> configured_sources(const TopologyEntry &topology, PluginAndOptionsResolver &plugins,
                                                 DiagnosticCollector &collector) {
    report_wrong_form(topology, collector);
    std::vector<ConfiguredSource> out;
    if (topology.strategy.plugin.present) {
        if (auto one = configured_source(topology.strategy, plugins)) out.push_back(std::move(*one));
    }
    for (const StrategyEntry &entry : topology.strategies.value) {
        auto one = configured_source(entry, plugins);
        if (!one) continue;
        const auto same_name = [&](const auto &other) { return other.model.name == one->model.name; };
        if (std::any_of(out.begin(), out.end(), same_name)) {
            const auto &where = entry.name.present ? entry.name.location : entry.plugin.location;
            collector.error(where.at, where.path,
                            "two strategies of this topology are named " + in_quotes(one->model.name) +
                                "; give each a `name` of its own");
        } else {
            out.push_back(std::move(*one));
        }
    }
    return out;
}

} // namespace kith::core
