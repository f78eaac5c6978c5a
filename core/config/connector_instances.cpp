// SPDX-License-Identifier: MIT
#include <core/config/connector_instances.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/schema_accessors.hpp>

#include <kith/plugin.h>

#include <algorithm>
#include <utility>

namespace kith::core {

using namespace schema_accessors;

void ConnectorInstances::add(const ConnectorEntry &entry) {
    known_.insert(entry.name);
    const auto *found = plugins_.plugin(KITH_KIND_CONNECTOR, entry.plugin.value, entry.plugin.location);
    if (!found) return;
    auto options = plugins_.options(*found, entry.options.value, entry.options.location);
    if (!options) return;
    if (const auto *same = instance(*found, options->text)) {
        collector_.warning(entry.location.key_at, entry.location.path,
                           "this is the same as connectors." + same->model.name + "; one instance serves both names");
        names_[entry.name] = static_cast<std::size_t>(same - instances_.data());
        return;
    }
    names_[entry.name] = instances_.size();
    instances_.push_back({{entry.name, found->id, std::move(options->text), entry.isolate},
                          found,
                          std::move(options->value),
                          entry.location,
                          false});
}

ConnectorInstances::Instance *ConnectorInstances::instance(const PluginInfo &plugin, const std::string &options) {
    for (auto &one : instances_) {
        if (one.plugin == &plugin && one.model.options == options) return &one;
    }
    return nullptr;
}

const ConnectorInstances::Instance *ConnectorInstances::of(const TopologyEntry &topology) {
    const std::string &name = topology.connector.value;
    if (name.empty()) return nullptr; // the schema has reported it
    if (known_.count(name) != 0) return declared(topology);
    const auto *found = plugins_.catalogue().find(KITH_KIND_CONNECTOR, name);
    if (found) return from_plugin(topology, *found);
    unknown(name, topology.connector.location);
    return nullptr;
}

const ConnectorInstances::Instance *ConnectorInstances::declared(const TopologyEntry &topology) {
    const std::string &name = topology.connector.value;
    const auto misplaced = [&](const SourceLocation &location, const std::string &what) {
        const auto there = KeyPath("connectors") / name / "config";
        collector_.error(location.key_at, location.path,
                         "the connector `" + name + "` has its options in " + there.text() + "; put " + what + " there");
    };
    if (topology.connector_options.present) misplaced(topology.connector_options.location, "these");
    if (topology.connector_isolate.present)
        collector_.error(topology.connector_isolate.location.key_at, topology.connector_isolate.location.path,
                         "the connector `" + name + "` has it in " + (KeyPath("connectors") / name / "isolate").text());
    for (const auto &call : topology.calls) misplaced(call.location, "`" + call.key + "`");
    const auto found = names_.find(name);
    if (found == names_.end()) return nullptr;
    instances_[found->second].used = true;
    return &instances_[found->second];
}

const ConnectorInstances::Instance *ConnectorInstances::from_plugin(const TopologyEntry &topology, const PluginInfo &plugin) {
    auto given = topology.connector_options.value;
    if (!given) return nullptr; // the schema has reported it
    SourceMap merged;
    SourceLocation location = topology.connector_options.location;
    if (location.source_map) merged = *location.source_map;
    merged.key_at = merged.value_at = location.source_map ? merged.value_at : topology.connector.location.at;
    location.source_map = &merged;
    location.at = merged.value_at;
    if (!add_libcluster_calls(topology, *given, merged)) return nullptr;
    auto options = plugins_.options(plugin, std::move(given), location);
    if (!options) return nullptr;
    if (auto *same = instance(plugin, options->text)) {
        same->used = true;
        return same;
    }
    std::string name = plugin.id;
    if (taken(name)) name += '/' + topology.name;
    instances_.push_back({{std::move(name), plugin.id, std::move(options->text), topology.connector_isolate.value},
                          &plugin,
                          std::move(options->value),
                          topology.connector.location,
                          true});
    return &instances_.back();
}

bool ConnectorInstances::taken(const std::string &name) const {
    return known_.count(name) != 0 ||
           std::any_of(instances_.begin(), instances_.end(), [&](const auto &i) { return i.model.name == name; });
}

bool ConnectorInstances::add_libcluster_calls(const TopologyEntry &topology, json::object &options, SourceMap &source_map) {
    bool good = true;
    for (const auto &call : topology.calls) {
        if (options.contains(call.key)) {
            collector_.error(call.location.key_at, call.location.path,
                             "this is in connector_config too; only one of them can hold");
            good = false;
        } else if (!call.value) { // the schema has reported it
            good = false;
        } else {
            options[call.key] = *call.value;
            if (call.location.source_map) source_map.members[call.key] = *call.location.source_map;
        }
    }
    return good;
}

void ConnectorInstances::unknown(const std::string &name, const SourceLocation &location) {
    for (const std::uint32_t other : {KITH_KIND_STRATEGY, KITH_KIND_SINK}) {
        if (plugins_.catalogue().find(other, name)) {
            static_cast<void>(plugins_.plugin(KITH_KIND_CONNECTOR, name, location));
            return;
        }
    }
    std::vector<std::string> names(known_.begin(), known_.end());
    auto candidates = plugins_.ids(KITH_KIND_CONNECTOR, true);
    candidates.insert(candidates.end(), names.begin(), names.end());
    if (names.empty()) {
        static_cast<void>(plugins_.plugin(KITH_KIND_CONNECTOR, name, location));
        return;
    }
    collector_.error(location.at, location.path,
                     "expected a name in `connectors` (" + listed(names) + ") or a connector plugin's id, got " +
                         in_quotes(name) + did_you_mean(name, candidates) + plugins_.choices(KITH_KIND_CONNECTOR));
}

void ConnectorInstances::same_node() {
    for (std::size_t i = 0; i < instances_.size(); ++i) {
        const auto &a = instances_[i];
        const auto *rules = plugins_.schema(*a.plugin, a.location);
        if (!rules || !rules->property("node")) continue;
        for (std::size_t j = 0; j < i; ++j) {
            const auto &b = instances_[j];
            if (a.plugin != b.plugin) continue;
            const auto node = text_of(a.options, "node");
            if (node != text_of(b.options, "node")) continue;
            collector_.error(
                a.location.key_at, a.location.path,
                "the connectors `" + b.model.name + "` and `" + a.model.name + "` both drive " +
                    (node.empty() ? std::string("the node that the plugin finds by itself") : "the node " + in_quotes(node)) +
                    " with the plugin " + a.plugin->id +
                    ", with different options: they would undo each other; use one for both");
            break;
        }
    }
}

std::vector<ConnectorInstance> ConnectorInstances::finish() {
    same_node();
    std::vector<ConnectorInstance> out;
    if (collector_.failed()) return out;
    for (auto &one : instances_) {
        if (!one.used) collector_.warning(one.location.key_at, one.location.path, "no topology uses this connector");
        out.push_back(std::move(one.model));
    }
    return out;
}

} // namespace kith::core
