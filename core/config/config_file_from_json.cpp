// SPDX-License-Identifier: MIT
#include <core/config/config_file_from_json.hpp>
#include <core/config/global_settings_reader.hpp>
#include <core/config/json_member_or_default.hpp>
#include <core/config/policy_reader.hpp>

#include <utility>

namespace kith::core {

using namespace member_or_default;

namespace {

template <class T>
FileMember<T> located(T value, const json::value &around, const SourceLocation &location, std::string_view key) {
    return {std::move(value), member(around, key) != nullptr, location / key};
}

FileMember<std::string> text_member(const json::value &around, const SourceLocation &location, std::string_view key) {
    return located(text_in(around, key), around, location, key);
}

OptionsMember options_member(const json::value &around, const SourceLocation &location, std::string_view key) {
    std::optional<json::object> options{std::in_place};
    if (const auto *found = member(around, key)) {
        const auto *object = found->if_object();
        options = object ? std::optional(*object) : std::nullopt;
    }
    return located(std::move(options), around, location, key);
}

IsolateSetting read_isolate(const json::value &around, std::string_view key) {
    using Mode = IsolateSetting::Mode;
    constexpr std::string_view group = "group:";
    const auto *value = member(around, key);
    if (value == nullptr) return {};
    if (const bool *isolated = value->if_bool()) return {*isolated ? Mode::yes : Mode::no, {}};
    const std::string word = text_in(around, key);
    if (word == "crash") return {Mode::crash, {}};
    if (word.starts_with(group)) return {Mode::group, word.substr(group.size())};
    return {};
}

ConnectorEntry read_connector(const json::key_value_pair &entry, const SourceLocation &location) {
    return {std::string(view(entry.key())), location, text_member(entry.value(), location, "plugin"),
            options_member(entry.value(), location, "config"), read_isolate(entry.value(), "isolate")};
}

StrategyEntry read_strategy(const json::value &value, const SourceLocation &location) {
    return {text_member(value, location, "name"), text_member(value, location, "strategy"),
            options_member(value, location, "config"), read_isolate(value, "isolate")};
}

FileMember<std::vector<StrategyEntry>> read_strategies(const json::value &topology, const SourceLocation &location) {
    std::vector<StrategyEntry> out;
    const auto *list = member(topology, "strategies");
    if (list && list->is_array()) {
        for (std::size_t i = 0; i < list->get_array().size(); ++i) {
            const auto &one = list->get_array()[i];
            if (one.is_object()) out.push_back(read_strategy(one, location / "strategies" / i));
        }
    }
    return located(std::move(out), topology, location, "strategies");
}

std::vector<LibclusterCall> read_libcluster_calls(const json::value &topology, const SourceLocation &location) {
    std::vector<LibclusterCall> out;
    for (const char *key : {"connect", "disconnect", "list_nodes"}) {
        const auto *found = member(topology, key);
        if (!found) continue;
        const auto *call = found->if_array();
        out.push_back({key, call && call->size() == 3 ? std::optional(*call) : std::nullopt, location / key});
    }
    return out;
}

TopologyEntry read_topology(const json::key_value_pair &entry, const SourceLocation &location) {
    const json::value &value = entry.value();
    return {std::string(view(entry.key())),
            location,
            read_strategy(value, location),
            read_strategies(value, location),
            text_member(value, location, "connector"),
            options_member(value, location, "connector_config"),
            located(read_isolate(value, "connector_isolate"), value, location, "connector_isolate"),
            read_libcluster_calls(value, location),
            located(read_policy(member(value, "policy")), value, location, "policy")};
}

SinkEntry read_sink(const json::key_value_pair &entry, const SourceLocation &location) {
    return {std::string(view(entry.key())), text_member(entry.value(), location, "plugin"),
            options_member(entry.value(), location, "config"),
            located(texts_in(entry.value(), "filter"), entry.value(), location, "filter"),
            read_isolate(entry.value(), "isolate")};
}

} // namespace

ConfigFileContent config_file_from_json(const json::value &root, const SourceMap &source_map) {
    ConfigFileContent file;
    read_global_settings(root, file);
    const SourceLocation location{&source_map, source_map.value_at, source_map.key_at, {}};
    const auto each = [&](std::string_view section, const auto &read) {
        const auto *entries = object_in(root, section);
        if (!entries) return;
        for (const auto &entry : *entries) read(entry, location / section / view(entry.key()));
    };
    each("connectors",
         [&](const auto &entry, const SourceLocation &at) { file.connectors.push_back(read_connector(entry, at)); });
    each("topologies", [&](const auto &entry, const SourceLocation &at) {
        if (entry.value().is_object()) file.topologies.push_back(read_topology(entry, at));
    });
    each("sinks", [&](const auto &entry, const SourceLocation &at) { file.sinks.push_back(read_sink(entry, at)); });
    return file;
}

} // namespace kith::core
