// SPDX-License-Identifier: MIT
//
// Reads a member of a JSON object as a C++ type. Returns the fallback when the member is absent or has another type, which the
// check by the schema has reported.
#pragma once

#include <core/config/schema_accessors.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core::member_or_default {

using namespace schema_accessors;

inline const json::object *object_in(const json::value &value, std::string_view name) {
    const auto *found = member(value, name);
    return found ? found->if_object() : nullptr;
}

inline std::string text_in(const json::value &value, std::string_view name) {
    const auto *found = member(value, name);
    return found && found->is_string() ? std::string(view(found->get_string())) : std::string();
}

inline std::int64_t integer_in(const json::value &value, std::string_view name, std::int64_t fallback) {
    const auto *found = member(value, name);
    return found && found->is_int64() ? found->get_int64() : fallback;
}

inline double number_in(const json::value &value, std::string_view name, double fallback) {
    const auto *found = member(value, name);
    if (found && found->is_double()) return found->get_double();
    return found && found->is_int64() ? static_cast<double>(found->get_int64()) : fallback;
}

inline bool flag_in(const json::value &value, std::string_view name, bool fallback) {
    const auto *found = member(value, name);
    return found && found->is_bool() ? found->get_bool() : fallback;
}

inline std::vector<std::string> texts_in(const json::value &value, std::string_view name) {
    std::vector<std::string> out;
    const auto *found = member(value, name);
    if (found && found->is_string()) out.emplace_back(view(found->get_string()));
    if (!found || !found->is_array()) return out;
    for (const auto &one : found->get_array()) {
        if (one.is_string()) out.emplace_back(view(one.get_string()));
    }
    return out;
}

} // namespace kith::core::member_or_default
