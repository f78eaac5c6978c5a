// SPDX-License-Identifier: MIT
#include <core/config/key_path.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/schema_accessors.hpp>
#include <core/config/topology_option_check.hpp>

#include <algorithm>

namespace kith::core {

namespace {

std::string fault_of(std::string_view name, const std::vector<std::string> &topologies) {
    if (name.empty()) {
        if (topologies.size() == 1) return {};
        return "expected the name of a topology, since there is more than one: " + listed(topologies);
    }
    if (std::find(topologies.begin(), topologies.end(), name) != topologies.end()) return {};
    const auto near = did_you_mean(name, topologies);
    return "there is no topology " + in_quotes(name) + (near.empty() ? "; known are " + listed(topologies) : near);
}

} // namespace

void check_topology_options(const boost::json::value &schema, const boost::json::value &options,
                            const std::vector<std::string> &topologies, const SourceLocation &location,
                            DiagnosticCollector &collector) {
    const auto *properties = schema_accessors::member(schema, "properties");
    if (!properties || !properties->is_object() || topologies.empty()) return;
    for (const auto &property : properties->get_object()) {
        if (!schema_accessors::flag(property.value(), "x-kith-topology")) continue;
        const auto name = schema_accessors::view(property.key());
        const auto *value = schema_accessors::member(options, name);
        if (!value || !value->is_string()) continue;
        const auto fault = fault_of(schema_accessors::view(value->get_string()), topologies);
        const auto where = location / name;
        if (!fault.empty()) collector.error(where.at, where.path, fault);
    }
}

} // namespace kith::core
