// SPDX-License-Identifier: MIT
#include <core/config/json_schema_validator.hpp>
#include <core/config/schema_accessors.hpp>

#include <kith/node_name.hpp>

#include <algorithm>

namespace kith::core {

using namespace schema_accessors;

namespace {

std::string unit_words(std::string_view unit) {
    if (unit.empty()) return {};
    if (unit == "ms") return " in milliseconds";
    if (unit == "s") return " in seconds";
    return " in " + std::string(unit);
}

std::string bounds(const json::value &schema) {
    const auto low = limit_of(schema, "minimum");
    const auto high = limit_of(schema, "maximum");
    const auto above = limit_of(schema, "exclusiveMinimum");
    const auto below = limit_of(schema, "exclusiveMaximum");
    if (low && high) return " from " + shown(*low) + " to " + shown(*high);
    std::string out;
    if (low) out += " >= " + shown(*low);
    if (above) out += " > " + shown(*above);
    if (high) out += (out.empty() ? " <= " : " and <= ") + shown(*high);
    if (below) out += (out.empty() ? " < " : " and < ") + shown(*below);
    return out;
}

std::string joined(const std::vector<std::string> &parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += i + 1 == parts.size() ? " or " : ", ";
        out += parts[i];
    }
    return out;
}

std::string plural(std::string words) {
    for (const auto &[one, many] : {std::pair<std::string_view, std::string_view>{"a string", "strings"},
                                    {"a non-empty string", "non-empty strings"},
                                    {"an integer", "integers"},
                                    {"a number", "numbers"},
                                    {"an object { ... }", "objects"},
                                    {"a list", "lists"},
                                    {"true or false", "true or false"}}) {
        if (words.starts_with(one)) return words.replace(0, one.size(), many);
    }
    return words;
}

std::string words_for(const json::value &schema, const json::value &root, int depth) {
    const auto *at = resolved(schema, root);
    if (!at || depth > 4) return "something else";
    if (const auto own = text_of(*at, "x-kith-expected"); !own.empty()) return std::string(own);
    if (const auto form = node_name_form_of(text_of(*at, "x-kith-node-name"))) return std::string(rule_of(*form));
    if (flag(*at, "x-kith-url")) return "a URL of http:// or https://, such as https://registry.example:8443/peers";
    if (const auto *values = member(*at, "enum"); values && values->is_array()) {
        std::vector<std::string> parts;
        for (const auto &value : values->get_array()) parts.push_back(shown(value));
        return parts.size() == 1 ? parts[0] : "one of " + joined(parts);
    }
    if (const auto *value = member(*at, "const")) return shown(*value);
    std::vector<std::string> parts;
    for (const auto type : own_types(*at)) {
        if (type == "integer") parts.push_back("an integer" + bounds(*at) + unit_words(text_of(*at, "x-kith-unit")));
        if (type == "number") parts.push_back("a number" + bounds(*at) + unit_words(text_of(*at, "x-kith-unit")));
        if (type == "boolean") parts.emplace_back("true or false");
        if (type == "null") parts.emplace_back("null");
        if (type == "object") parts.emplace_back("an object { ... }");
        if (type == "string") {
            std::string words = count_of(*at, "minLength").value_or(0) == 1 ? "a non-empty string" : "a string";
            if (const auto pattern = text_of(*at, "pattern"); !pattern.empty())
                words += " that matches " + std::string(pattern);
            if (const auto format = text_of(*at, "format"); !format.empty()) words += " of the form " + std::string(format);
            parts.push_back(std::move(words));
        }
        if (type == "array") {
            const auto *items = member(*at, "items");
            std::string words = "a list";
            const auto least = count_of(*at, "minItems");
            const auto most = count_of(*at, "maxItems");
            if (least && most && *least == *most) {
                words += " of " + std::to_string(*least);
            } else if (least && *least > 0) {
                words += " of at least " + std::to_string(*least);
            } else if (most) {
                words += " of at most " + std::to_string(*most);
            }
            if (items && items->is_object()) {
                const auto *item = resolved(*items, root);
                const bool own = item && (!text_of(*item, "x-kith-expected").empty() || // has no plural
                                          !text_of(*item, "x-kith-node-name").empty());
                const auto of = own ? "each " + words_for(*items, root, depth + 1) : plural(words_for(*items, root, depth + 1));
                if (own) {
                    words += ", " + of;
                } else if (of != "something else")
                    words += words == "a list" ? " of " + of : " (" + of + ")";
            }
            parts.push_back(std::move(words));
        }
    }
    if (const auto *all = branches(*at); all && parts.empty()) {
        for (const auto &branch : *all) {
            auto words = words_for(branch, root, depth + 1);
            if (std::find(parts.begin(), parts.end(), words) == parts.end()) parts.push_back(std::move(words));
        }
    }
    return parts.empty() ? "something else" : joined(parts);
}

} // namespace

std::string expectation(const json::value &schema, const json::value &root) { return words_for(schema, root, 0); }

} // namespace kith::core
