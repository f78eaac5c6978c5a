// SPDX-License-Identifier: MIT
//
// Accessors for the keywords of a JSON Schema and for JSON values.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core::schema_accessors {

namespace json = boost::json;

inline constexpr int schema_depth_limit = 96; // depth of a schema, $ref included
// The longest text that is matched with a pattern, in bytes: std::regex recurses for each byte.
inline constexpr std::size_t pattern_text_limit = 1024;

inline std::string_view view(const json::string &s) { return {s.data(), s.size()}; }
inline std::string_view view(json::string_view s) { return {s.data(), s.size()}; }
inline json::string_view view_of(std::string_view s) { return {s.data(), s.size()}; }

const json::value *member(const json::value &value, std::string_view name);
std::string_view text_of(const json::value &value, std::string_view name);
bool flag(const json::value &value, std::string_view name);
std::optional<double> number_of(const json::value &value);
std::optional<double> limit_of(const json::value &schema, std::string_view keyword);
std::optional<std::uint64_t> count_of(const json::value &schema, std::string_view keyword);
// Equality of JSON values. Numbers are compared by value, whatever their type.
bool same(const json::value &a, const json::value &b);
bool is_integer(const json::value &value);
bool has_type(const json::value &value, std::string_view type);
// Follows $ref within the document. Returns the schema itself when there is none, and null when its target does not exist.
const json::value *resolved(const json::value &schema, const json::value &root);
std::vector<std::string_view> own_types(const json::value &schema);
const json::array *branches(const json::value &schema);
// Whether the schema can accept a value of that type. A schema without a type accepts any.
bool takes_type(const json::value &schema, const json::value &root, std::string_view type, int depth = 0);
std::string_view type_of(const json::value &value);
std::string shown(double number);
std::string shown(const json::value &value);

} // namespace kith::core::schema_accessors
