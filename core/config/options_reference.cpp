// SPDX-License-Identifier: MIT
#include <core/config/embedded_schema_json.hpp>
#include <core/config/json_schema_validator.hpp>
#include <core/config/options_reference.hpp>
#include <core/config/schema_accessors.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <vector>

namespace kith::core {

using namespace schema_accessors;

namespace {

struct Option {
    std::string name;
    std::string type;
    std::string fallback; // "required", a JSON value, or nothing
    std::string unit;
    std::string sentence;
};

// The description of a type as in error messages, without the article and the unit, which has its own column.
std::string type_words(const json::value &schema, const json::value &root) {
    auto bare = schema;
    if (auto *object = bare.if_object()) object->erase("x-kith-unit");
    auto words = expectation(bare, root);
    for (const std::string_view article : {"a ", "an "}) {
        if (words.starts_with(article)) {
            words.erase(0, article.size());
            break;
        }
    }
    if (words == "object { ... }") return "object";
    return words == "something else" ? "any" : words;
}

void collect(const json::value &schema, const json::value &root, const std::string &prefix, int depth,
             std::vector<Option> &out);

void collect_in(const json::value &schema, const json::value &root, const std::string &prefix, int depth,
                std::vector<Option> &out) {
    if (const auto *target = resolved(schema, root)) collect(*target, root, prefix, depth, out);
}

void collect(const json::value &schema, const json::value &root, const std::string &prefix, int depth,
             std::vector<Option> &out) {
    const auto *properties = member(schema, "properties");
    if (!properties || !properties->is_object() || depth > 8) return;
    const auto *required = member(schema, "required");
    for (const auto &property : properties->get_object()) {
        const auto *target = resolved(property.value(), root);
        if (!target) continue;
        const auto said = [&](std::string_view keyword) {
            const auto text = text_of(property.value(), keyword);
            return std::string(text.empty() ? text_of(*target, keyword) : text);
        };
        Option option;
        option.name = prefix + std::string(view(property.key()));
        option.type = type_words(*target, root);
        option.unit = said("x-kith-unit");
        option.sentence = said("description");
        if (const auto why = said("x-kith-no-effect"); !why.empty()) option.sentence += " (No effect: " + why + ")";
        if (flag(*target, "writeOnly")) option.sentence += " (Secret.)";
        const auto *fallback = member(property.value(), "default");
        if (!fallback) fallback = member(*target, "default");
        const bool needed = required && required->is_array() &&
                            std::find(required->get_array().begin(), required->get_array().end(),
                                      json::value(property.key())) != required->get_array().end();
        if (needed) {
            option.fallback = "required";
        } else if (fallback) {
            option.fallback = fallback->is_string() ? json::serialize(*fallback) : shown(*fallback);
        }
        out.push_back(option);
        collect(*target, root, option.name + '.', depth + 1, out);
        if (const auto *items = member(*target, "items"); items && items->is_object()) {
            collect_in(*items, root, option.name + "[].", depth + 1, out);
        }
        if (const auto *more = member(*target, "additionalProperties"); more && more->is_object()) {
            collect_in(*more, root, option.name + ".NAME.", depth + 1, out);
        }
        if (const auto *one = member(*target, "oneOf"); one && one->is_array()) {
            for (const auto &branch : one->get_array()) {
                const auto *of = resolved(branch, root);
                if (!of) continue;
                collect(*of, root, option.name + '.', depth + 1, out);
                if (const auto *items = member(*of, "items"); items && items->is_object()) {
                    collect_in(*items, root, option.name + "[].", depth + 1, out);
                }
            }
        }
    }
}

std::vector<Option> options_of(std::string_view schema) {
    std::vector<Option> out;
    boost::system::error_code code;
    const auto root = json::parse(json::string_view(schema.data(), schema.size()), code);
    if (!code) collect(root, root, {}, 0, out);
    return out;
}

std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

} // namespace

std::string options_markdown(std::string_view schema) {
    const auto options = options_of(schema);
    if (options.empty()) return {};
    std::string out = "| option | type | default | unit | |\n|---|---|---|---|---|\n";
    for (const auto &o : options) {
        const auto fallback = o.fallback.empty() || o.fallback == "required" ? o.fallback : '`' + o.fallback + '`';
        out += "| `" + o.name + "` | " + cell(o.type) + " | " + cell(fallback) + " | " + o.unit + " | " + cell(o.sentence) +
               " |\n";
    }
    return out;
}

std::string options_text(std::string_view schema) {
    std::string out;
    for (const auto &o : options_of(schema)) {
        out += o.name + "\n    " + o.type;
        if (!o.unit.empty()) out += ", " + o.unit;
        if (o.fallback == "required") {
            out += "; required";
        } else if (!o.fallback.empty()) {
            out += "; default " + o.fallback;
        }
        out += '\n';
        std::size_t width = 0;
        std::size_t at = 0;
        while (at < o.sentence.size()) {
            const auto end = std::min(o.sentence.find_first_of(" \n", at), o.sentence.size());
            const auto word = o.sentence.substr(at, end - at);
            at = end + 1;
            if (word.empty()) continue;
            if (width > 0 && width + 1 + word.size() > 76) {
                out += '\n';
                width = 0;
            }
            out += width == 0 ? "    " : " ";
            out += word;
            width += word.size() + (width == 0 ? 0 : 1);
        }
        if (width > 0) out += '\n';
    }
    return out;
}

std::string configuration_markdown(std::string_view section) {
    auto root = json::parse(json::string_view(config_schema_text.data(), config_schema_text.size())).as_object();
    if (section == "file") {
        root["properties"].as_object()["topologies"].as_object().erase("additionalProperties"); // a table of its own
        return options_markdown(json::serialize(root));
    }
    auto &definitions = root["definitions"].as_object();
    const json::value *found = definitions.if_contains(json::string_view(section.data(), section.size()));
    if (!found || !found->is_object()) return {};
    json::object one = found->get_object();
    if (section == "topology") { // the policy has a table of its own
        auto &policy = one["properties"].as_object()["policy"].as_object();
        policy.erase("oneOf");
        policy["x-kith-expected"] = "object or \"libcluster\"";
    }
    one["definitions"] = definitions;
    return options_markdown(json::serialize(one));
}

} // namespace kith::core
