// SPDX-License-Identifier: MIT
#include <core/config/editor_schema.hpp>
#include <core/config/embedded_schema_json.hpp>
#include <core/config/schema_accessors.hpp>

#include <kith/hosting/plugin_kind.hpp>
#include <kith/plugin.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace kith::core {

using namespace schema_accessors;

namespace {

constexpr std::array<std::string_view, 4> keywords_of_schemas = {"items", "additionalProperties", "not", "contains"};
constexpr std::array<std::string_view, 3> keywords_of_lists = {"oneOf", "anyOf", "allOf"};
constexpr std::array<std::string_view, 3> keywords_of_maps = {"properties", "patternProperties", "definitions"};

json::string_view word(std::string_view text) { return view_of(text); }

json::object reference(const std::string &definition) { return {{"$ref", "#/definitions/" + definition}}; }

// Calls visit for each subschema, the innermost first. The contents of `if`, `default` and `enum` are not schemas of a value in
// the file.
template <class Visit>
void each_schema(json::value &schema, int depth, const Visit &visit) {
    auto *object = schema.if_object();
    if (!object || depth > schema_depth_limit) return;
    const auto below = [&](json::value &value) { each_schema(value, depth + 1, visit); };
    for (const auto keyword : keywords_of_schemas) {
        auto *found = object->if_contains(word(keyword));
        if (!found) continue;
        if (auto *list = found->if_array()) {
            for (auto &one : *list) below(one);
        } else {
            below(*found);
        }
    }
    for (const auto keyword : keywords_of_lists) {
        auto *found = object->if_contains(word(keyword));
        if (!found || !found->is_array()) continue;
        for (auto &one : found->get_array()) below(one);
    }
    for (const auto keyword : keywords_of_maps) {
        auto *found = object->if_contains(word(keyword));
        if (!found || !found->is_object()) continue;
        for (auto &one : found->get_object()) below(one.value());
    }
    visit(schema);
}

// Whether the schema could refuse a text with ${...} although the replaced text would be valid.
bool narrower_than_text(const json::object &schema) {
    for (const auto *keyword : {"enum", "const", "pattern", "format", "minLength", "maxLength"}) {
        if (schema.contains(keyword)) return true;
    }
    const auto *type = schema.if_contains("type");
    if (!type) return false;
    const auto scalar = [](const json::value &name) { return name == "integer" || name == "number" || name == "boolean"; };
    if (const auto *list = type->if_array()) {
        return std::any_of(list->begin(), list->end(), scalar) &&
               std::none_of(list->begin(), list->end(), [](const auto &name) { return name == "string"; });
    }
    return scalar(*type);
}

// Editors do not know the x-kith- keywords, so the unit is appended to the description.
void speak_to_editors(json::object &schema) {
    const json::value whole = schema;
    if (const auto unit = text_of(whole, "x-kith-unit"); !unit.empty()) {
        schema["description"] = std::string(text_of(whole, "description")) + " In " + std::string(unit) + '.';
    }
    if (const auto why = text_of(whole, "x-kith-no-effect"); !why.empty()) {
        schema["description"] = std::string(text_of(whole, "description")) + " No effect: " + std::string(why);
    }
    std::vector<std::string> ours;
    for (const auto &entry : schema) {
        if (view(entry.key()).starts_with("x-kith-")) ours.emplace_back(view(entry.key()));
    }
    for (const auto &key : ours) schema.erase(key);
}

void take_interpolated(json::value &schema) {
    auto &object = schema.get_object();
    speak_to_editors(object);
    if (auto *branches = object.if_contains("oneOf")) { // a text may now match several
        auto list = std::move(*branches);
        object.erase("oneOf");
        object["anyOf"] = std::move(list);
    }
    if (!narrower_than_text(object)) return;
    json::object outside;
    for (const auto *keyword : {"description", "default", "title", "writeOnly"}) {
        if (auto *found = object.if_contains(keyword)) {
            outside[keyword] = std::move(*found);
            object.erase(keyword);
        }
    }
    outside["anyOf"] = json::array{std::move(schema), reference("interpolated")};
    schema = std::move(outside);
}

void relocate_references(json::value &value, const std::string &definition) {
    if (auto *object = value.if_object()) {
        for (auto &entry : *object) {
            const bool local =
                entry.key() == "$ref" && entry.value().is_string() && view(entry.value().get_string()).starts_with('#');
            if (local) {
                entry.value() = "#/definitions/" + definition + std::string(view(entry.value().get_string())).substr(1);
            } else {
                relocate_references(entry.value(), definition);
            }
        }
    } else if (auto *array = value.if_array()) {
        for (auto &one : *array) relocate_references(one, definition);
    }
}

// The schema of a plugin's options, for `definitions`.
json::value options_of(const PluginInfo &plugin, const std::string &definition) {
    if (plugin.schema.empty()) return json::object{{"type", "object"}, {"maxProperties", 0}};
    boost::system::error_code code;
    auto schema = json::parse(word(plugin.schema), code);
    if (code || !schema.is_object()) return json::object{{"type", "object"}};
    schema.get_object().erase("$schema");
    relocate_references(schema, definition);
    each_schema(schema, 0, take_interpolated);
    return schema;
}

class Whole {
  public:
    explicit Whole(const PluginCatalogue &catalogue) : root_(json::parse(word(config_schema_text))) {
        each_schema(root_, 0, take_interpolated);
        definitions()["interpolated"] =
            json::object{{"type", "string"}, {"pattern", R"(\$\{)"}, {"description", "Filled in at start."}};
        for (const auto &plugin : catalogue.installed) add(plugin);
        choose(topology(), "strategy", catalogue, KITH_KIND_STRATEGY, false);
        choose(source(), "strategy", catalogue, KITH_KIND_STRATEGY, false);
        choose(topology(), "connector", catalogue, KITH_KIND_CONNECTOR, true);
        choose(instance("connectors"), "plugin", catalogue, KITH_KIND_CONNECTOR, false);
        choose(instance("sinks"), "plugin", catalogue, KITH_KIND_SINK, false);
    }

    const json::value &json() const { return root_; }

  private:
    json::object &definitions() { return root_.get_object()["definitions"].get_object(); }
    json::object &topology() { return definitions()["topology"].get_object(); }
    json::object &instance(const char *section) {
        return root_.at("properties").at(section).at("additionalProperties").get_object();
    }
    json::object &source() { return topology()["properties"].at("strategies").at("items").get_object(); }

    void add(const PluginInfo &plugin) {
        const std::string definition = std::string(plugin_kind_name(plugin.kind)) + '_' + plugin.id;
        definitions()[definition] = options_of(plugin, definition);
        if (plugin.kind == KITH_KIND_STRATEGY) {
            when(topology(), "strategy", plugin, "config", definition);
            when(source(), "strategy", plugin, "config", definition);
        } else if (plugin.kind == KITH_KIND_CONNECTOR) {
            when(topology(), "connector", plugin, "connector_config", definition);
            when(instance("connectors"), "plugin", plugin, "config", definition);
        } else {
            when(instance("sinks"), "plugin", plugin, "config", definition);
        }
    }

    // The member `key` names the plugin, and the member `options` contains its options.
    static void when(json::object &place, const char *key, const PluginInfo &plugin, const char *options,
                     const std::string &definition) {
        json::array names{json::value(plugin.id)};
        for (const auto &alias : plugin.aliases) names.emplace_back(alias);
        json::object condition{{"required", json::array{key}},
                               {"properties", json::object{{key, json::object{{"enum", names}}}}}};
        json::object then{{"properties", json::object{{options, reference(definition)}}}};
        auto &cases = place["allOf"];
        if (!cases.is_array()) cases = json::array{};
        cases.get_array().push_back(json::object{{"if", std::move(condition)}, {"then", std::move(then)}});
    }

    // The ids that are allowed for `key`. A connector may also have a name that the file defines.
    void choose(json::object &place, const char *key, const PluginCatalogue &catalogue, std::uint32_t kind, bool others) {
        json::array names;
        for (const auto &plugin : catalogue.installed) {
            if (plugin.kind != kind) continue;
            names.emplace_back(plugin.id);
            for (const auto &alias : plugin.aliases) names.emplace_back(alias);
        }
        if (names.empty()) return;
        auto &property = place["properties"].at(key);
        json::array branches{json::object{{"enum", std::move(names)}}, reference("interpolated")};
        if (others) branches.push_back(reference("name"));
        property = json::object{{"description", text_of(property, "description")}, {"anyOf", std::move(branches)}};
    }

    json::value root_;
};

void indent(const json::value &value, std::string &out, std::size_t depth) {
    const auto line = [&](std::size_t steps) { out += '\n' + std::string(2 * steps, ' '); };
    if (const auto *object = value.if_object(); object && !object->empty()) {
        out += '{';
        for (const auto &entry : *object) {
            if (&entry != object->begin()) out += ',';
            line(depth + 1);
            out += json::serialize(json::string(entry.key())) + ": ";
            indent(entry.value(), out, depth + 1);
        }
        line(depth);
        out += '}';
    } else {
        out += json::serialize(value);
    }
}

} // namespace

std::string editor_schema(const PluginCatalogue &catalogue) {
    std::string out;
    indent(Whole(catalogue).json(), out, 0);
    return out + '\n';
}

} // namespace kith::core
