// SPDX-License-Identifier: MIT
#include "schema_validator.hpp"

#include <kith/hosting/options.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>

namespace kith::check {

namespace {

constexpr int max_depth = 64;

struct InvalidSchema : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Shape {
    any,
    text,
    pattern,
    flag,
    count,
    number,
    positive,
    schema,
    schema_or_schemas,
    schemas,
    members,
    dependencies,
    types,
    names,
    array,
    values
};

const std::map<std::string_view, Shape> &keywords() {
    using enum Shape;
    static const std::map<std::string_view, Shape> all{
        {"$id", text},
        {"$schema", text},
        {"$ref", text},
        {"$comment", text},
        {"title", text},
        {"description", text},
        {"format", text},
        {"contentMediaType", text},
        {"contentEncoding", text},
        {"pattern", pattern},
        {"readOnly", flag},
        {"writeOnly", flag},
        {"uniqueItems", flag},
        {"minLength", count},
        {"maxLength", count},
        {"minItems", count},
        {"maxItems", count},
        {"minProperties", count},
        {"maxProperties", count},
        {"minimum", number},
        {"maximum", number},
        {"exclusiveMinimum", number},
        {"exclusiveMaximum", number},
        {"multipleOf", positive},
        {"not", schema},
        {"if", schema},
        {"then", schema},
        {"else", schema},
        {"contains", schema},
        {"additionalItems", schema},
        {"additionalProperties", schema},
        {"propertyNames", schema},
        {"items", schema_or_schemas},
        {"allOf", schemas},
        {"anyOf", schemas},
        {"oneOf", schemas},
        {"properties", members},
        {"patternProperties", members},
        {"definitions", members},
        {"dependencies", dependencies},
        {"type", types},
        {"required", names},
        {"examples", array},
        {"enum", values},
        {"const", any},
        {"default", any},
        {"x-kith-unit", text},
        {"x-kith-expected", text},
        {"x-kith-node-name", text},
        {"x-kith-url", flag},
        {"x-kith-topology", flag},
        {"x-kith-file", text},
        {"x-kith-no-effect", text},
        {"x-kith-authenticated", schema},
        {"x-kith-policy", any},
        {"x-kith-warning", any},
    };
    return all;
}

// JSON Pointer of a member.
std::string member_pointer(const std::string &at, std::string_view name) {
    std::string out = at + "/";
    for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
}

class SchemaValidator {
  public:
    explicit SchemaValidator(const Options &json) : json_(json) {}

    void schema(const std::string &at, int depth = 0) {
        if (depth > max_depth) fail(at, "is nested more than 64 levels deep");
        const auto kind = json_.type(at);
        if (kind == KITH_JSON_BOOL) return;
        if (kind != KITH_JSON_OBJECT) fail(at, "must be an object, or true or false");
        for (const auto &keyword : members(at)) {
            const auto known = keywords().find(keyword);
            if (known == keywords().end())
                fail(member_pointer(at, keyword), "is not a keyword of JSON Schema, draft 7, or of sdk/ABI.md");
            check(known->second, member_pointer(at, keyword), depth);
        }
        check_default(at);
    }

  private:
    [[noreturn]] static void fail(const std::string &at, const std::string &what) {
        throw InvalidSchema((at.empty() ? "the schema" : at) + " " + what);
    }

    std::vector<std::string> members(const std::string &at) const {
        std::uint64_t count = 0;
        std::vector<std::string> out;
        if (json_.size(at, count) != KITH_OK) return out;
        for (std::uint64_t i = 0; i < count; ++i) {
            std::string_view name;
            if (json_.member(at, i, name) == KITH_OK) out.emplace_back(name);
        }
        return out;
    }

    std::uint64_t elements(const std::string &at, bool some) const {
        std::uint64_t count = 0;
        if (json_.type(at) != KITH_JSON_ARRAY) fail(at, "must be a list");
        if (json_.size(at, count) != KITH_OK || (some && count == 0)) fail(at, "must not be empty");
        return count;
    }

    std::string_view text(const std::string &at) const {
        std::string_view out;
        if (json_.get_string(at, out) != KITH_OK) fail(at, "must be a string");
        return out;
    }

    double number(const std::string &at) const {
        double out = 0;
        if (json_.get_number(at, out) != KITH_OK) fail(at, "must be a number");
        return out;
    }

    void type(const std::string &at) const {
        static constexpr std::array known{"null", "boolean", "integer", "number", "string", "array", "object"};
        if (std::ranges::find(known, text(at)) == known.end()) fail(at, "\"" + std::string(text(at)) + "\" is no type");
    }

    // Strings, each once.
    std::set<std::string> names(const std::string &at) const {
        std::set<std::string> out;
        for (std::uint64_t i = 0, count = elements(at, false); i < count; ++i) {
            const auto one = member_pointer(at, std::to_string(i));
            if (!out.emplace(text(one)).second) fail(one, "is there twice");
        }
        return out;
    }

    void required(const std::string &at) const {
        const std::string parent = at.substr(0, at.rfind('/'));
        std::uint32_t more = 1;
        const bool closed = json_.get_bool(member_pointer(parent, "additionalProperties"), more) == KITH_OK && more == 0;
        for (const auto &name : names(at))
            if (closed && json_.type(member_pointer(member_pointer(parent, "properties"), name)) == KITH_JSON_ABSENT)
                fail(at, "has \"" + name + "\", which is no property, and there may be no others");
    }

    void check(Shape shape, const std::string &at, int depth) {
        switch (shape) {
        case Shape::any: return;
        case Shape::text: text(at); return;
        case Shape::pattern: return pattern(at);
        case Shape::flag:
            if (json_.type(at) != KITH_JSON_BOOL) fail(at, "must be true or false");
            return;
        case Shape::count: {
            std::int64_t value = -1;
            if (json_.get_integer(at, value) != KITH_OK || value < 0) fail(at, "must be an integer of 0 or more");
            return;
        }
        case Shape::number: number(at); return;
        case Shape::positive:
            if (number(at) <= 0) fail(at, "must be more than 0");
            return;
        case Shape::schema_or_schemas:
            if (json_.type(at) != KITH_JSON_ARRAY) return schema(at, depth + 1);
            [[fallthrough]];
        case Shape::schemas:
            for (std::uint64_t i = 0, count = elements(at, true); i < count; ++i)
                schema(member_pointer(at, std::to_string(i)), depth + 1);
            return;
        case Shape::schema: return schema(at, depth + 1);
        case Shape::members:
        case Shape::dependencies:
            if (json_.type(at) != KITH_JSON_OBJECT) fail(at, "must be an object");
            for (const auto &name : members(at)) {
                const auto one = member_pointer(at, name);
                if (shape == Shape::dependencies && json_.type(one) == KITH_JSON_ARRAY)
                    names(one);
                else
                    schema(one, depth + 1);
            }
            return;
        case Shape::types:
            if (json_.type(at) == KITH_JSON_STRING) return type(at);
            elements(at, true);
            names(at);
            for (std::uint64_t i = 0, count = elements(at, true); i < count; ++i) type(member_pointer(at, std::to_string(i)));
            return;
        case Shape::names: return required(at);
        case Shape::array: elements(at, false); return;
        case Shape::values: elements(at, true); return;
        }
    }

    void pattern(const std::string &at) const {
        try {
            const std::regex expression{std::string(text(at))};
        } catch (const std::regex_error &why) {
            fail(at, std::string("is not a valid regular expression: ") + why.what());
        }
    }

    // The host fills in a default without validating it, so the default itself must be valid.
    void check_default(const std::string &at) const {
        const auto kind = json_.type(member_pointer(at, "default"));
        if (kind == KITH_JSON_ABSENT || json_.type(member_pointer(at, "type")) != KITH_JSON_STRING) return;
        static const std::map<std::string_view, std::set<std::uint32_t>> kinds{
            {"null", {KITH_JSON_NULL}},       {"boolean", {KITH_JSON_BOOL}},
            {"integer", {KITH_JSON_INTEGER}}, {"number", {KITH_JSON_INTEGER, KITH_JSON_NUMBER}},
            {"string", {KITH_JSON_STRING}},   {"array", {KITH_JSON_ARRAY}},
            {"object", {KITH_JSON_OBJECT}}};
        if (!kinds.at(text(member_pointer(at, "type"))).contains(kind))
            fail(member_pointer(at, "default"), "is not of the option's type");
        double value = 0, limit = 0;
        if (json_.get_number(member_pointer(at, "default"), value) != KITH_OK) return;
        if ((json_.get_number(member_pointer(at, "minimum"), limit) == KITH_OK && value < limit) ||
            (json_.get_number(member_pointer(at, "maximum"), limit) == KITH_OK && value > limit))
            fail(member_pointer(at, "default"), "is outside of the option's `minimum` and `maximum`");
    }

    const Options &json_;
};

} // namespace

std::string schema_error(std::string_view json) {
    try {
        const Options options(json);
        SchemaValidator(options).schema("");
    } catch (const InvalidSchema &why) {
        return why.what();
    } catch (const std::invalid_argument &why) {
        return std::string("it is not valid JSON: ") + why.what();
    }
    return {};
}

} // namespace kith::check
