// SPDX-License-Identifier: MIT
#include <core/config/connector_instances.hpp>
#include <core/config/json_member_or_default.hpp>
#include <core/config/name_suggestions.hpp>

#include <kith/plugin.h>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

using namespace member_or_default;

void ConnectorInstances::add(const json::key_value_pair &entry, const SourceLocation &location) {
    const std::string name(view(entry.key()));
    known_.insert(name);
    const auto *found = plugins_.plugin(KITH_KIND_CONNECTOR, text_in(entry.value(), "plugin"), location / "plugin");
    if (!found) return;
    const auto config = config_in(entry.value());
    if (!config.is_object()) return;
    auto text = plugins_.options(*found, config, location / "config");
    if (text.empty()) return;
    if (const auto *same = instance(*found, text)) {
        collector_.warning(location.key_at, location.path,
                           "this is the same as connectors." + same->model.name + "; one instance serves both names");
        names_[name] = static_cast<std::size_t>(same - instances_.data());
        return;
    }
    names_[name] = instances_.size();
    instances_.push_back({{name, found->id, std::move(text)}, found, location, false});
}

ConnectorInstances::Instance *ConnectorInstances::instance(const PluginInfo &plugin, const std::string &options) {
    for (auto &one : instances_) {
        if (one.plugin == &plugin && one.model.options == options) return &one;
    }
    return nullptr;
}

const ConnectorInstances::Instance *ConnectorInstances::of(const std::string &topology, const json::value &value,
                                                           const SourceLocation &location) {
    const auto name = text_in(value, "connector");
    if (name.empty()) return nullptr; // the schema has reported it
    if (known_.count(name) != 0) {
        for (const std::string_view key : {"connector_config", "connect", "disconnect", "list_nodes"}) {
            if (!member(value, key)) continue;
            const auto there = KeyPath("connectors") / name / "config";
            collector_.error((location / key).key_at, (location / key).path,
                             "the connector `" + name + "` has its options in " + there.text() + "; put " +
                                 (key == "connector_config" ? "these" : "`" + std::string(key) + "`") + " there");
        }
        const auto found = names_.find(name);
        if (found == names_.end()) return nullptr;
        instances_[found->second].used = true;
        return &instances_[found->second];
    }
    const auto *plugin_found = plugins_.catalogue().find(KITH_KIND_CONNECTOR, name);
    if (!plugin_found) {
        unknown(name, location / "connector");
        return nullptr;
    }
    auto config = config_in(value, "connector_config");
    if (!config.is_object()) return nullptr;
    SourceMap merged;
    SourceLocation config_location = location / "connector_config";
    if (config_location.source_map) merged = *config_location.source_map;
    merged.key_at = merged.value_at =
        config_location.source_map ? config_location.source_map->value_at : (location / "connector").at;
    config_location.source_map = &merged;
    config_location.at = merged.value_at;
    if (!libcluster_shorthands(value, location, config.get_object(), merged)) return nullptr;
    auto text = plugins_.options(*plugin_found, std::move(config), config_location);
    if (text.empty()) return nullptr;
    if (auto *same = instance(*plugin_found, text)) {
        same->used = true;
        return same;
    }
    std::string instance_name = plugin_found->id;
    if (taken(instance_name)) instance_name += '/' + topology;
    config_location.source_map = nullptr;
    instances_.push_back(
        {{std::move(instance_name), plugin_found->id, std::move(text)}, plugin_found, location / "connector", true});
    return &instances_.back();
}

bool ConnectorInstances::taken(const std::string &name) const {
    return known_.count(name) != 0 ||
           std::any_of(instances_.begin(), instances_.end(), [&](const auto &i) { return i.model.name == name; });
}

bool ConnectorInstances::libcluster_shorthands(const json::value &value, const SourceLocation &location, json::object &config,
                                               SourceMap &source_map) {
    bool good = true;
    for (const char *key : {"connect", "disconnect", "list_nodes"}) {
        const auto *found = member(value, key);
        if (!found) continue;
        const auto here = location / key;
        if (config.contains(key)) {
            collector_.error(here.key_at, here.path, "this is in connector_config too; only one of them can hold");
            good = false;
            continue;
        }
        if (!found->is_array() || found->get_array().size() != 3) { // the schema has reported it
            good = false;
            continue;
        }
        config[key] = *found;
        if (here.source_map) source_map.members[key] = *here.source_map;
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
            const auto node = text_in(json::parse(a.model.options), "node");
            if (node != text_in(json::parse(b.model.options), "node")) continue;
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
