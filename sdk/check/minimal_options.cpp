// SPDX-License-Identifier: MIT
#include "plugin_test.hpp"

#include <kith/hosting/options.hpp>

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <utility>

namespace kith::check {

namespace {

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::int64_t integer(const Options &schema, const std::string &at, std::int64_t otherwise) {
    std::int64_t found = otherwise;
    return schema.get_integer(at, found) == KITH_OK ? found : otherwise;
}

std::string value(const Options &schema, const std::string &at, int depth);

// A short string that matches the pattern, if one of the common forms does.
std::string string(const Options &schema, const std::string &at) {
    static constexpr std::pair<const char *, const char *> shapes[] = {
        {"", ""}, {"/", ""}, {"", "@h"}, {"http://", ""}, {"https://", ""}, {"", ".example"}, {"", "=a"}};
    const auto least = static_cast<std::size_t>(std::clamp<std::int64_t>(integer(schema, at + "/minLength", 1), 1, 1024));
    std::string_view pattern;
    if (schema.get_string(at + "/pattern", pattern) != KITH_OK) return std::string(least, 'a');
    try {
        const std::regex expression{std::string(pattern)};
        for (const auto &[before, after] : shapes) {
            std::string shape(before);
            shape.append(least, 'a').append(after);
            if (std::regex_search(shape, expression)) return shape;
        }
        for (const char *shape : {"10.7.0.7", "1", "00"})
            if (std::regex_search(shape, expression)) return shape;
    } catch (const std::regex_error &) { // the test `schema` reports it
    }
    return std::string(least, 'a');
}

// The required members; with `minProperties`, also the first optional ones.
std::string object(const Options &schema, const std::string &at, int depth) {
    std::string out = "{";
    std::int64_t have = 0;
    const auto add = [&](std::string_view name) {
        const std::string property = at + "/properties/" + std::string(name);
        ++have;
        if (schema.type(property + "/default") != KITH_JSON_ABSENT && depth == 0) return; // the PluginHarness fills it in
        if (out.size() > 1) out += ", ";
        out += in_quotes(name) + ": " + value(schema, property, depth + 1);
    };
    std::set<std::string, std::less<>> required;
    std::uint64_t count = 0;
    if (schema.size(at + "/required", count) != KITH_OK) count = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::string_view name;
        if (schema.get_string(at + "/required/" + std::to_string(i), name) == KITH_OK && required.emplace(name).second)
            add(name);
    }
    const auto least = integer(schema, at + "/minProperties", 0);
    if (schema.size(at + "/properties", count) != KITH_OK) count = 0;
    for (std::uint64_t i = 0; i < count && have < least; ++i) {
        std::string_view name;
        if (schema.member(at + "/properties", i, name) == KITH_OK && !required.contains(name)) add(name);
    }
    return out + "}";
}

std::string value(const Options &schema, const std::string &at, int depth) {
    if (depth > 8) return "null";
    std::string_view text;
    if (schema.get_string(at + "/$ref", text) == KITH_OK && text.starts_with("#"))
        return value(schema, std::string(text.substr(1)), depth + 1);
    if (schema.get_string(at + "/const", text) == KITH_OK) return in_quotes(text);
    if (schema.get_string(at + "/enum/0", text) == KITH_OK) return in_quotes(text);
    if (schema.get_string(at + "/examples/0", text) == KITH_OK) return in_quotes(text);
    if (schema.get_string(at + "/type", text) != KITH_OK && schema.get_string(at + "/type/0", text) != KITH_OK) text = "string";
    if (text == "object") return object(schema, at, depth);
    if (text == "boolean") return "false";
    if (text == "integer" || text == "number")
        return std::to_string(std::max<std::int64_t>(1, integer(schema, at + "/minimum", 1)));
    if (text == "array") {
        std::string out = "[";
        const auto least = std::clamp<std::int64_t>(integer(schema, at + "/minItems", 1), 1, 16);
        const bool each = schema.type(at + "/items") == KITH_JSON_ARRAY; // one schema for each position
        for (std::int64_t i = 0; i < least; ++i)
            out += (i == 0 ? "" : ", ") + value(schema, at + "/items" + (each ? "/" + std::to_string(i) : ""), depth + 1);
        return out + "]";
    }
    return in_quotes(string(schema, at));
}

} // namespace

std::string minimal_options(std::string_view schema) { return object(Options(schema), "", 0); }

} // namespace kith::check
