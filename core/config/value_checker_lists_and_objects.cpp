// SPDX-License-Identifier: MIT
//
// The keywords of lists and objects.
#include <core/config/json_schema_validator.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/schema_accessors.hpp>
#include <core/config/value_checker.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <regex>
#include <utility>
#include <vector>

namespace kith::core {

using namespace schema_accessors;

// ---- lists ----

void ValueChecker::array(const Here &here) {
    const auto &array = here.value.get_array();
    const auto least = count_of(here.schema, "minItems");
    const auto most = count_of(here.schema, "maxItems");
    if ((least && array.size() < *least) || (most && array.size() > *most)) {
        if (collector_) {
            error(here, "expected " + expectation(here.schema, root_) + ", got " +
                            (array.empty() ? "an empty list" : "a list of " + std::to_string(array.size())));
        } else {
            ++errors_;
        }
    }
    const auto *items = member(here.schema, "items");
    const auto *more = member(here.schema, "additionalItems");
    for (std::size_t i = 0; items && i < array.size(); ++i) {
        const auto *item = items;
        if (items->is_array()) item = i < items->get_array().size() ? &items->get_array()[i] : more;
        if (!item) break;
        const auto *source_map = here.source_map ? here.source_map->element(i) : nullptr;
        run(*item, array[i], source_map, source_map ? source_map->value_at : here.at, here.path / i, here.secret,
            here.depth + 1);
    }
    if (flag(here.schema, "uniqueItems")) unique(here);
    if (const auto *wanted = member(here.schema, "contains")) {
        if (std::none_of(array.begin(), array.end(), [&](const auto &value) { return fits(*wanted, value, here.depth); }))
            error(here, "expected a list in which at least one is " + expectation(*wanted, root_));
    }
}

void ValueChecker::unique(const Here &here) {
    const auto &array = here.value.get_array();
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const auto [found, fresh] = seen.emplace(json::serialize(array[i]), i);
        if (fresh) continue;
        const auto *source_map = here.source_map ? here.source_map->element(i) : nullptr;
        error(source_map ? source_map->value_at : here.at, here.path / i,
              (here.secret || !array[i].is_string() ? "this" : in_quotes(view(array[i].get_string()))) +
                  " is in the list twice; it must be there once");
    }
}

// ---- objects ----

void ValueChecker::object(const Here &here) {
    for (const auto &entry : here.value.get_object()) member_of(here, view(entry.key()), entry.value());
    counts(here);
    required(here);
    dependencies(here);
}

void ValueChecker::member_of(const Here &here, std::string_view key, const json::value &value) {
    const auto *source_map = here.source_map ? here.source_map->member(key) : nullptr;
    const auto at = source_map ? source_map->value_at : here.at;
    const auto key_at = source_map ? source_map->key_at : here.at;
    const auto path = here.path / key;
    if (const auto *names = member(here.schema, "propertyNames")) {
        SourceMap name_place;
        name_place.key_at = name_place.value_at = key_at;
        run(*names, json::value(view_of(key)), &name_place, key_at, path, false, here.depth + 1);
    }
    bool known = false;
    const auto *properties = member(here.schema, "properties");
    if (const auto *schema = properties ? member(*properties, key) : nullptr) {
        known = true;
        run(*schema, value, source_map, at, path, here.secret, here.depth + 1);
    }
    known = matching_members(here, key, value, source_map, path) || known;
    const auto *more = member(here.schema, "additionalProperties");
    if (known || !more) return;
    if (!more->is_bool()) {
        run(*more, value, source_map, at, path, here.secret, here.depth + 1);
    } else if (!more->get_bool()) {
        unknown(here, key, key_at, path);
    }
}

// Whether the key matches one of patternProperties.
bool ValueChecker::matching_members(const Here &here, std::string_view key, const json::value &value,
                                    const SourceMap *source_map, const KeyPath &path) {
    const auto *patterns = member(here.schema, "patternProperties");
    if (!patterns || !patterns->is_object() || key.size() > pattern_text_limit) return false;
    bool matches = false;
    for (const auto &pattern : patterns->get_object()) {
        const auto *expression = patterns_.find(std::string(view(pattern.key())));
        if (!expression || !std::regex_search(key.begin(), key.end(), *expression)) continue;
        matches = true;
        run(pattern.value(), value, source_map, source_map ? source_map->value_at : here.at, path, here.secret, here.depth + 1);
    }
    return matches;
}

void ValueChecker::unknown(const Here &here, std::string_view key, std::uint32_t at, const KeyPath &path) {
    if (!collector_) {
        ++errors_;
        return;
    }
    std::vector<std::string> known;
    if (const auto *properties = member(here.schema, "properties"); properties && properties->is_object()) {
        for (const auto &property : properties->get_object()) known.emplace_back(view(property.key()));
    }
    std::string message = "there is no option " + in_quotes(key) + " here";
    if (const auto near = did_you_mean(key, known); !near.empty()) {
        message += near;
    } else if (known.empty()) {
        message += "; no options are taken";
    } else {
        std::erase(known, "$schema");
        message += "; known are " + listed(known);
    }
    error(at, path, std::move(message));
}

void ValueChecker::counts(const Here &here) {
    const std::size_t size = here.value.get_object().size();
    if (const auto least = count_of(here.schema, "minProperties"); least && size < *least) {
        const auto own = text_of(here.schema, "x-kith-expected");
        error(here, "expected " +
                        (own.empty() ? "at least " + std::to_string(*least) + (*least == 1 ? " entry" : " entries")
                                     : std::string(own)) +
                        ", got " + (size == 0 ? "an empty object" : std::to_string(size)));
    }
    if (const auto most = count_of(here.schema, "maxProperties"); most && size > *most)
        error(here, "expected at most " + std::to_string(*most) + " entries, got " + std::to_string(size));
}

void ValueChecker::required(const Here &here) {
    const auto *required = member(here.schema, "required");
    if (!required || !required->is_array()) return;
    for (const auto &key : required->get_array()) {
        if (key.is_string() && !here.value.get_object().contains(key.get_string())) missing(here, view(key.get_string()));
    }
}

void ValueChecker::dependencies(const Here &here) {
    const auto &object = here.value.get_object();
    const auto *dependencies = member(here.schema, "dependencies");
    if (!dependencies || !dependencies->is_object()) return;
    for (const auto &rule : dependencies->get_object()) {
        if (!object.contains(rule.key())) continue;
        if (!rule.value().is_array()) {
            again(rule.value(), here);
            continue;
        }
        for (const auto &key : rule.value().get_array()) {
            if (key.is_string() && !object.contains(key.get_string()))
                missing(here, view(key.get_string()), " with `" + std::string(view(rule.key())) + "`");
        }
    }
}

void ValueChecker::missing(const Here &here, std::string_view key, const std::string &why) {
    if (!collector_) {
        ++errors_;
        return;
    }
    std::string message = "`" + std::string(key) + "` is required" + why;
    const auto *properties = member(here.schema, "properties");
    if (const auto *schema = properties ? member(*properties, key) : nullptr) {
        const auto words = expectation(*schema, root_);
        if (words != "something else") message += ": " + words;
    }
    error(here.source_map ? here.source_map->key_at : here.at, here.path / key, std::move(message));
}

} // namespace kith::core
