// SPDX-License-Identifier: MIT
#include <core/config/long_short_node_names.hpp>

#include <core/config/schema_accessors.hpp>

#include <boost/json/object.hpp>

namespace kith::core {

using namespace schema_accessors;

namespace {

enum class Kind : std::uint8_t { unknown, long_name, short_name };

// Nodes of both kinds accept an IPv6 address.
Kind kind_of(std::string_view name) {
    const auto at = name.find('@');
    if (at == std::string_view::npos || at + 1 == name.size()) return Kind::unknown;
    const auto host = name.substr(at + 1);
    if (host.find('.') != std::string_view::npos) return Kind::long_name;
    return host.find(':') != std::string_view::npos ? Kind::unknown : Kind::short_name;
}

// The options that the schema describes, by name; null when there is none.
const json::object *options_of(const JsonSchemaValidator &schema) {
    const auto *properties = member(schema.json(), "properties");
    return properties ? properties->if_object() : nullptr;
}

bool names_a_peer(const json::value &schema) {
    const auto form = text_of(schema, "x-kith-node-name");
    return form == "full" || form == "peer";
}

void compare(const json::value &value, const SourceLocation &location, std::string_view node, DiagnosticCollector &collector) {
    if (!value.is_string()) return;
    const auto name = view(value.get_string());
    const auto kind = kind_of(name);
    if (kind == Kind::unknown || kind == kind_of(node)) return;
    const bool dotted = kind == Kind::long_name;
    collector.warning(location.at, location.path,
                      std::string(name) +
                          (dotted ? " is a long name (a dot in the host part)" : " is a short name (no dot in the host part)") +
                          ", and the local node " + std::string(node) + (dotted ? " has a short one" : " has a long one") +
                          ": Erlang nodes with long names (-name) and with short names (-sname) never connect");
}

} // namespace

std::string local_node(const JsonSchemaValidator &schema, const json::value &options) {
    const auto *properties = options_of(schema);
    if (!properties) return {};
    for (const auto &property : *properties) {
        if (text_of(property.value(), "x-kith-node-name") != "either") continue;
        const auto name = text_of(options, view(property.key()));
        if (kind_of(name) != Kind::unknown) return std::string(name);
    }
    return {};
}

void warn_of_mixed_node_names(const JsonSchemaValidator &schema, const json::value &options, const SourceLocation &location,
                              std::string_view node, DiagnosticCollector &collector) {
    const auto *properties = options_of(schema);
    if (!properties) return;
    for (const auto &property : *properties) {
        const auto *value = member(options, view(property.key()));
        if (!value) continue;
        const auto here = location / view(property.key());
        if (names_a_peer(property.value())) compare(*value, here, node, collector);
        const auto *items = member(property.value(), "items");
        if (!items || !names_a_peer(*items) || !value->is_array()) continue;
        for (std::size_t i = 0; i < value->get_array().size(); ++i) compare(value->get_array()[i], here / i, node, collector);
    }
}

} // namespace kith::core
