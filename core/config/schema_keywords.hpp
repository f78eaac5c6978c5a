// SPDX-License-Identifier: MIT
//
// A JSON Schema taken apart: what its keywords say of one value.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core::schema_keywords {

namespace json = boost::json;

inline constexpr int schema_depth_limit = 96; // steps down a schema, $ref included
// Bytes of a text that a pattern is tried on: std::regex recurses for each.
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
// Numbers are the same by value, whatever their type.
bool same(const json::value &a, const json::value &b);
bool is_integer(const json::value &value);
bool has_type(const json::value &value, std::string_view type);
// Follows $ref within the document; the schema itself when there is none, null when it leads nowhere.
const json::value *resolved(const json::value &schema, const json::value &root);
std::vector<std::string_view> own_types(const json::value &schema);
const json::array *branches(const json::value &schema);
// Whether a value of that type may fit; a schema that names no type takes any.
bool takes_type(const json::value &schema, const json::value &root, std::string_view type, int depth = 0);
std::string_view type_of(const json::value &value);
std::string shown(double number);
std::string shown(const json::value &value);

} // namespace kith::core::schema_keywords
