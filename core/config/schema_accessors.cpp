// SPDX-License-Identifier: MIT
#include <core/config/key_path.hpp>
#include <core/config/schema_accessors.hpp>

#include <kith/number_text.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>

namespace kith::core::schema_accessors {

const json::value *member(const json::value &value, std::string_view name) {
    const auto *object = value.if_object();
    return object ? object->if_contains(view_of(name)) : nullptr;
}

std::string_view text_of(const json::value &value, std::string_view name) {
    const auto *found = member(value, name);
    return found && found->is_string() ? view(found->get_string()) : std::string_view();
}

bool flag(const json::value &value, std::string_view name) {
    const auto *found = member(value, name);
    return found && found->is_bool() && found->get_bool();
}

std::optional<double> number_of(const json::value &value) {
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (value.is_double()) return value.get_double();
    return std::nullopt;
}

std::optional<double> limit_of(const json::value &schema, std::string_view keyword) {
    const auto *found = member(schema, keyword);
    return found ? number_of(*found) : std::nullopt;
}

std::optional<std::uint64_t> count_of(const json::value &schema, std::string_view keyword) {
    const auto limit = limit_of(schema, keyword);
    if (!limit || *limit < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*limit);
}

bool same(const json::value &a, const json::value &b) {
    const auto x = number_of(a);
    const auto y = number_of(b);
    if (x && y) return *x == *y;
    return a == b;
}

bool is_integer(const json::value &value) { return value.is_int64() || value.is_uint64(); }

bool has_type(const json::value &value, std::string_view type) {
    if (type == "string") return value.is_string();
    if (type == "integer") return is_integer(value);
    if (type == "number") return number_of(value).has_value();
    if (type == "boolean") return value.is_bool();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    return type == "null" && value.is_null();
}

const json::value *resolved(const json::value &schema, const json::value &root) {
    const auto *at = &schema;
    for (int i = 0; i < 16; ++i) {
        const auto ref = text_of(*at, "$ref");
        if (ref.empty()) return at;
        if (ref[0] != '#') return nullptr;
        boost::system::error_code code;
        at = root.find_pointer(view_of(ref.substr(1)), code);
        if (!at) return nullptr;
    }
    return nullptr;
}

std::vector<std::string_view> own_types(const json::value &schema) {
    std::vector<std::string_view> out;
    const auto *type = member(schema, "type");
    if (type && type->is_string()) out.push_back(view(type->get_string()));
    if (type && type->is_array()) {
        for (const auto &one : type->get_array()) {
            if (one.is_string()) out.push_back(view(one.get_string()));
        }
    }
    return out;
}

const json::array *branches(const json::value &schema) {
    for (const std::string_view keyword : {"oneOf", "anyOf"}) {
        const auto *found = member(schema, keyword);
        if (found && found->is_array() && !found->get_array().empty()) return &found->get_array();
    }
    return nullptr;
}

bool takes_type(const json::value &schema, const json::value &root, std::string_view type, int depth) {
    const auto *at = resolved(schema, root);
    if (!at || depth > schema_depth_limit) return false;
    if (at->is_bool()) return at->get_bool();
    const auto types = own_types(*at);
    if (!types.empty()) {
        return std::any_of(types.begin(), types.end(),
                           [&](auto t) { return t == type || (t == "number" && type == "integer"); });
    }
    if (const auto *values = member(*at, "enum"); values && values->is_array()) {
        return std::any_of(values->get_array().begin(), values->get_array().end(),
                           [&](const auto &v) { return has_type(v, type); });
    }
    if (const auto *value = member(*at, "const")) return has_type(*value, type);
    if (const auto *all = branches(*at)) {
        return std::any_of(all->begin(), all->end(), [&](const auto &b) { return takes_type(b, root, type, depth + 1); });
    }
    return true;
}

std::string_view type_of(const json::value &value) {
    switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "boolean";
    case json::kind::int64:
    case json::kind::uint64: return "integer";
    case json::kind::double_: return "number";
    case json::kind::string: return "string";
    case json::kind::array: return "array";
    case json::kind::object: return "object";
    }
    return "null";
}

std::string shown(double number) {
    if (number == std::floor(number) && std::fabs(number) < 1e15) return std::to_string(static_cast<std::int64_t>(number));
    return number_text(number);
}

std::string shown(const json::value &value) {
    if (value.is_string()) return in_quotes(view(value.get_string()));
    if (value.is_double()) return shown(value.get_double());
    return json::serialize(value);
}

} // namespace kith::core::schema_accessors
