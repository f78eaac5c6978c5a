// SPDX-License-Identifier: MIT
#include <core/config/json_schema_validator.hpp>
#include <core/config/schema_accessors.hpp>
#include <core/config/value_checker.hpp>

#include <boost/json/parse.hpp>

#include <cmath>
#include <functional>
#include <regex>

namespace kith::core {

using namespace schema_accessors;

struct JsonSchemaValidator::State {
    json::value root;
    json::value lean; // for valijson: without uniqueItems, for which it compares all pairs; ValueChecker checks uniqueItems
};

namespace {

// Calls the function with each subschema that applies to the value itself, not to its members.
void each_view(const json::value &schema, const json::value &root, int depth,
               const std::function<void(const json::value &)> &call) {
    const auto *at = resolved(schema, root);
    if (!at || !at->is_object() || depth > schema_depth_limit) return;
    call(*at);
    for (const std::string_view keyword : {"allOf", "anyOf", "oneOf"}) {
        const auto *all = member(*at, keyword);
        if (!all || !all->is_array()) continue;
        for (const auto &branch : all->get_array()) each_view(branch, root, depth + 8, call);
    }
}

// The schemas of one member or element: from properties, else from additionalProperties.
const json::value *below(const json::value &schema, std::string_view key) {
    if (const auto *properties = member(schema, "properties")) {
        if (const auto *found = member(*properties, key)) return found;
    }
    if (const auto *patterns = member(schema, "patternProperties");
        patterns && patterns->is_object() && key.size() <= pattern_text_limit) {
        for (const auto &pattern : patterns->get_object()) {
            try {
                if (std::regex_search(key.begin(), key.end(), std::regex(std::string(view(pattern.key())))))
                    return &pattern.value();
            } catch (const std::regex_error &) {
            }
        }
    }
    const auto *more = member(schema, "additionalProperties");
    return more && more->is_object() ? more : nullptr;
}

const json::value *below(const json::value &schema, std::size_t index) {
    const auto *items = member(schema, "items");
    if (items && items->is_array()) return index < items->get_array().size() ? &items->get_array()[index] : nullptr;
    return items && items->is_object() ? items : nullptr;
}

void convert_value(json::value &value, const json::value &schema, const json::value &root, const SourceMap *source_map) {
    if (value.is_double() && takes_type(schema, root, "integer")) {
        const auto number = value.get_double();
        if (number == std::floor(number) && std::fabs(number) <= 9007199254740992.0) value = static_cast<std::int64_t>(number);
        return;
    }
    if (!value.is_string() || !source_map || !source_map->whole || takes_type(schema, root, "string")) return;
    const std::string text(view(value.get_string()));
    if (takes_type(schema, root, "boolean") && (text == "true" || text == "false")) {
        value = text == "true";
    } else if (takes_type(schema, root, "integer") || takes_type(schema, root, "number")) {
        boost::system::error_code code;
        const auto number = json::parse(view_of(text), code);
        if (!code && number_of(number)) {
            value = number;
            convert_value(value, schema, root, source_map);
        }
    }
}

void convert_below(json::value &value, const json::value &schema, const json::value &root, const SourceMap *source_map,
                   int depth) {
    if (depth > schema_depth_limit) return;
    convert_value(value, schema, root, source_map);
    each_view(schema, root, depth, [&](const json::value &one) {
        if (auto *object = value.if_object()) {
            for (auto &entry : *object) {
                if (const auto *next = below(one, view(entry.key()))) {
                    convert_below(entry.value(), *next, root, source_map ? source_map->member(view(entry.key())) : nullptr,
                                  depth + 1);
                }
            }
        } else if (auto *array = value.if_array()) {
            for (std::size_t i = 0; i < array->size(); ++i) {
                if (const auto *next = below(one, i)) {
                    convert_below((*array)[i], *next, root, source_map ? source_map->element(i) : nullptr, depth + 1);
                }
            }
        }
    });
}

void drop_unique_items(json::value &schema) {
    if (auto *object = schema.if_object()) {
        if (const auto *unique = object->if_contains("uniqueItems"); unique && unique->is_bool()) object->erase("uniqueItems");
        for (auto &entry : *object) drop_unique_items(entry.value());
    } else if (auto *array = schema.if_array()) {
        for (auto &one : *array) drop_unique_items(one);
    }
}

void fill_below(json::value &value, const json::value &schema, const json::value &root, int depth) {
    const auto *at = resolved(schema, root);
    if (!at || !at->is_object() || depth > schema_depth_limit) return;
    if (auto *object = value.if_object()) {
        if (const auto *properties = member(*at, "properties"); properties && properties->is_object()) {
            for (const auto &property : properties->get_object()) {
                const auto *target = resolved(property.value(), root);
                const auto *fallback = member(property.value(), "default");
                if (!fallback && target) fallback = member(*target, "default");
                if (fallback && !object->contains(property.key())) object->emplace(property.key(), *fallback);
            }
        }
        for (auto &entry : *object) {
            if (const auto *next = below(*at, view(entry.key()))) fill_below(entry.value(), *next, root, depth + 1);
        }
    } else if (auto *array = value.if_array()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            if (const auto *next = below(*at, i)) fill_below((*array)[i], *next, root, depth + 1);
        }
    }
    if (const auto *all = member(*at, "allOf"); all && all->is_array()) {
        for (const auto &branch : all->get_array()) fill_below(value, branch, root, depth + 1);
    }
    if (const auto *all = branches(*at)) {
        for (const auto &branch : *all) {
            if (!fits_schema(branch, root, value)) continue;
            fill_below(value, branch, root, depth + 1);
            break;
        }
    }
}

// A warning, since the file can be made until the daemon starts, on another host or by another user. A relative path depends on the daemon's
// directory.
void warn_of_file(const json::value &value, const json::value &schema, const SourceMap &source_map, const KeyPath &path,
                  const FileFault &file_fault, DiagnosticCollector &collector) {
    const auto use = text_of(schema, "x-kith-file");
    if (use.empty() || !file_fault || !value.is_string() || !view(value.get_string()).starts_with('/')) return;
    const std::string file(view(value.get_string()));
    const bool run = use == "execute";
    const auto fault = file_fault(file, run ? FileUse::execute : FileUse::read);
    if (!fault.empty())
        collector.warning(source_map.value_at, path,
                          (source_map.substituted ? "the file" : file) + " cannot be " + (run ? "executed" : "read") +
                              " here by this user: " + fault);
}

void warn_below(const json::value &value, const json::value &schema, const json::value &root, const SourceMap *source_map,
                const KeyPath &path, const FileFault &file_fault, DiagnosticCollector &collector, int depth) {
    if (depth > schema_depth_limit || !source_map) return;
    each_view(schema, root, depth, [&](const json::value &one) {
        if (const auto why = text_of(one, "x-kith-no-effect"); !why.empty()) {
            collector.warning(source_map->key_at, path, "this option has no effect: " + std::string(why));
        }
        if (const auto *warning = member(one, "x-kith-warning")) {
            const auto *when = member(*warning, "if");
            if (when && fits_schema(*when, root, value))
                collector.warning(source_map->key_at, path, std::string(text_of(*warning, "text")));
        }
        warn_of_file(value, one, *source_map, path, file_fault, collector);
        if (const auto *object = value.if_object()) {
            for (const auto &entry : *object) {
                const auto key = view(entry.key());
                if (const auto *next = below(one, key)) {
                    warn_below(entry.value(), *next, root, source_map->member(key), path / key, file_fault, collector,
                               depth + 1);
                }
            }
        } else if (const auto *array = value.if_array()) {
            for (std::size_t i = 0; i < array->size(); ++i) {
                if (const auto *next = below(one, i)) {
                    warn_below((*array)[i], *next, root, source_map->element(i), path / i, file_fault, collector, depth + 1);
                }
            }
        }
    });
}

void mask_below(json::value &value, const json::value &schema, const json::value &root, int depth) {
    bool secret = depth > schema_depth_limit;
    each_view(schema, root, depth, [&](const json::value &one) { secret = secret || flag(one, "writeOnly"); });
    if (secret) {
        if (!value.is_null()) value = "***";
        return;
    }
    each_view(schema, root, depth, [&](const json::value &one) {
        if (auto *object = value.if_object()) {
            for (auto &entry : *object) {
                if (const auto *next = below(one, view(entry.key()))) mask_below(entry.value(), *next, root, depth + 1);
            }
        } else if (auto *array = value.if_array()) {
            for (std::size_t i = 0; i < array->size(); ++i) {
                if (const auto *next = below(one, i)) mask_below((*array)[i], *next, root, depth + 1);
            }
        }
    });
}

} // namespace

JsonSchemaValidator::JsonSchemaValidator(std::unique_ptr<State> state) : state_(std::move(state)) {}
JsonSchemaValidator::~JsonSchemaValidator() = default;
JsonSchemaValidator::JsonSchemaValidator(JsonSchemaValidator &&) noexcept = default;
JsonSchemaValidator &JsonSchemaValidator::operator=(JsonSchemaValidator &&) noexcept = default;

std::optional<JsonSchemaValidator> JsonSchemaValidator::parse(std::string_view text, std::string &error) {
    if (text.empty()) text = R"({"type": "object", "additionalProperties": false})";
    boost::system::error_code code;
    auto state = std::make_unique<State>();
    state->root = json::parse(view_of(text), code);
    if (code) {
        error = code.message();
        return std::nullopt;
    }
    if (!state->root.is_object()) {
        error = "it is no object";
        return std::nullopt;
    }
    state->lean = state->root;
    drop_unique_items(state->lean);
    return JsonSchemaValidator(std::move(state));
}

bool JsonSchemaValidator::apply(json::value &value, const SourceMap *source_map, std::uint32_t at, const KeyPath &path,
                                DiagnosticCollector &collector) const {
    convert(value, source_map);
    if (!check_schema(state_->root, state_->root, value, source_map, at, path, collector)) return false;
    fill(value);
    try {
        const auto complaints = valijson_complaints(state_->lean, value, path);
        for (const auto &complaint : complaints) collector.error(at, complaint.path, complaint.text);
        return complaints.empty();
    } catch (const std::exception &problem) {
        collector.error(at, path,
                        std::string("the plugin's schema of options cannot be used (") + problem.what() +
                            "); report it to the plugin's author");
        return false;
    }
}

void JsonSchemaValidator::convert(json::value &value, const SourceMap *source_map) const {
    convert_below(value, state_->root, state_->root, source_map, 0);
}

void JsonSchemaValidator::fill(json::value &value) const { fill_below(value, state_->root, state_->root, 0); }

void JsonSchemaValidator::warn(const json::value &value, const SourceMap *source_map, const KeyPath &path,
                               const FileFault &file_fault, DiagnosticCollector &collector) const {
    warn_below(value, state_->root, state_->root, source_map, path, file_fault, collector, 0);
}

void JsonSchemaValidator::mask(json::value &value) const { mask_below(value, state_->root, state_->root, 0); }

bool JsonSchemaValidator::matches(const json::value &value) const { return fits_schema(state_->root, state_->root, value); }

const json::value &JsonSchemaValidator::json() const { return state_->root; }

std::optional<JsonSchemaValidator> JsonSchemaValidator::keyword(std::string_view name) const {
    const auto *found = member(state_->root, name);
    if (!found || !found->is_object()) return std::nullopt;
    auto state = std::make_unique<State>();
    state->root = *found;
    return JsonSchemaValidator(std::move(state));
}

const json::value *JsonSchemaValidator::property(std::string_view name) const {
    const auto *properties = member(state_->root, "properties");
    const auto *found = properties ? member(*properties, name) : nullptr;
    return found ? resolved(*found, state_->root) : nullptr;
}

} // namespace kith::core
