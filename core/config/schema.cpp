// SPDX-License-Identifier: MIT
#include <core/config/schema.hpp>
#include <core/config/words.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <regex>

namespace kith::core {

namespace json = boost::json;

struct Schema::State {
    json::value root;
};

namespace {

constexpr int depth_limit = 96; // steps down a schema, $ref included
constexpr std::size_t pattern_text_limit =
    1024; // characters of a string that a pattern is tried on: std::regex recurses for each

std::string_view view(const json::string &s) { return {s.data(), s.size()}; }
std::string_view view(json::string_view s) { return {s.data(), s.size()}; }
json::string_view view_of(std::string_view s) { return {s.data(), s.size()}; }

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

// Numbers are the same by value, whatever their type.
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

// Follows $ref within the document; the schema itself when there is none, null when it leads nowhere.
const json::value *resolved(const json::value &schema, const json::value &root) {
    const auto *at = &schema;
    for (int i = 0; i < 16; ++i) {
        const auto ref = text_of(*at, "$ref");
        if (ref.empty()) return at;
        if (ref[0] != '#') return nullptr;
        json::error_code code;
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

// Whether a value of that type may fit; a schema that names no type takes any.
bool takes_type(const json::value &schema, const json::value &root, std::string_view type, int depth = 0) {
    const auto *at = resolved(schema, root);
    if (!at || depth > depth_limit) return false;
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
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return {buffer.data(), end};
}

std::string shown(const json::value &value) {
    if (value.is_string()) return quoted(view(value.get_string()));
    if (value.is_double()) return shown(value.get_double());
    return json::serialize(value);
}

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
                const auto of = plural(words_for(*items, root, depth + 1));
                if (of != "something else") words += words == "a list" ? " of " + of : " (" + of + ")";
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

// "1m" for an option in milliseconds: what was meant, if it is clear.
std::optional<std::int64_t> milliseconds_in(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (code != std::errc() || count < 0 || count > 1'000'000'000) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit.empty() || unit == "ms") return count;
    if (unit == "s") return count * 1000;
    if (unit == "m" || unit == "min") return count * 60'000;
    if (unit == "h") return count * 3'600'000;
    return std::nullopt;
}

class Check {
  public:
    // findings: null when only the answer counts.
    Check(const json::value &root, Findings *findings) : root_(root), findings_(findings) {}

    bool good() const { return errors_ == 0; }
    std::size_t errors() const { return errors_; }

    void run(const json::value &schema, const json::value &value, const Place *place, std::uint32_t at, const KeyPath &path,
             bool secret, int depth) {
        if (place && place->broken) {
            ++errors_;
            return;
        }
        if (depth > depth_limit) return error(at, path, "the schema is nested too deep here; tell the plugin's author");
        if (schema.is_bool()) {
            if (!schema.get_bool()) error(at, path, "nothing may stand here");
            return;
        }
        const auto *found = resolved(schema, root_);
        if (!found) return error(at, path, "the schema's $ref leads nowhere; tell the plugin's author");
        if (found->is_bool()) return run(*found, value, place, at, path, secret, depth + 1);
        if (!found->is_object()) return error(at, path, "the schema is no object here; tell the plugin's author");
        secret = secret || flag(*found, "writeOnly");
        const Here here{*found, value, place, at, path, secret || (place && place->substituted), depth};
        if (!kind(here)) return; // the rest would say the same again
        if (value.is_string()) string(here);
        if (number_of(value)) number(here);
        if (value.is_array()) array(here);
        if (value.is_object()) object(here);
        logic(here);
    }

  private:
    struct Here {
        const json::value &schema;
        const json::value &value;
        const Place *place;
        std::uint32_t at;
        const KeyPath &path;
        bool secret;
        int depth;
    };

    void error(std::uint32_t at, const KeyPath &path, std::string message) {
        ++errors_;
        if (findings_) findings_->error(at, path, std::move(message));
    }

    void error(const Here &here, const std::string &message) { error(here.at, here.path, message); }

    // What stands there, without giving a secret away.
    std::string got(const Here &here) const {
        const auto &value = here.value;
        switch (value.kind()) {
        case json::kind::null: return "null";
        case json::kind::bool_: return value.get_bool() ? "true" : "false";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_: return here.secret ? "a number" : "the number " + shown(value);
        case json::kind::string:
            if (here.place && here.place->substituted) return "a string that came out of ${...}";
            return here.secret ? "a string" : "the string " + quoted(view(value.get_string()));
        case json::kind::array: return value.get_array().empty() ? "an empty list" : "a list";
        case json::kind::object: return "an object";
        }
        return "null";
    }

    void unfit(const Here &here, const std::string &more = {}) {
        if (!findings_) {
            ++errors_;
            return;
        }
        error(here, "expected " + words_for(here.schema, root_, 0) + ", got " + got(here) + more);
    }

    // type, enum, const.
    bool kind(const Here &here) {
        const auto types = own_types(here.schema);
        if (!types.empty() && std::none_of(types.begin(), types.end(), [&](auto t) { return has_type(here.value, t); })) {
            std::string more;
            if (here.value.is_string() && !here.secret && text_of(here.schema, "x-kith-unit") == "ms") {
                if (const auto meant = milliseconds_in(view(here.value.get_string())))
                    more = "; write " + std::to_string(*meant);
            } else if (here.value.is_string() && !here.secret && takes_type(here.schema, root_, "array")) {
                more = "; write [" + quoted(view(here.value.get_string())) + "]";
            }
            unfit(here, more);
            return false;
        }
        if (here.value.is_uint64() && here.value.get_uint64() > static_cast<std::uint64_t>(INT64_MAX)) {
            error(here, "the number is too large");
            return false;
        }
        if (here.value.is_double() && !std::isfinite(here.value.get_double())) {
            error(here, "the number is too large");
            return false;
        }
        if (const auto *values = member(here.schema, "enum"); values && values->is_array()) {
            const auto &all = values->get_array();
            if (std::none_of(all.begin(), all.end(), [&](const auto &v) { return same(v, here.value); })) {
                std::string more;
                if (here.value.is_string() && !here.secret) {
                    std::vector<std::string> known;
                    for (const auto &v : all) {
                        if (v.is_string()) known.emplace_back(view(v.get_string()));
                    }
                    more = did_you_mean(view(here.value.get_string()), known);
                }
                unfit(here, more);
                return false;
            }
        }
        if (const auto *value = member(here.schema, "const"); value && !same(*value, here.value)) {
            unfit(here);
            return false;
        }
        return true;
    }

    const std::regex *regex(const std::string &pattern) {
        const auto found = regexes_.find(pattern);
        if (found != regexes_.end()) return found->second ? &*found->second : nullptr;
        std::optional<std::regex> made;
        try {
            made.emplace(pattern, std::regex::ECMAScript);
        } catch (const std::regex_error &) {
        }
        const auto &kept = regexes_.emplace(pattern, std::move(made)).first->second;
        return kept ? &*kept : nullptr;
    }

    void string(const Here &here) {
        const auto text = view(here.value.get_string());
        const auto length = static_cast<std::uint64_t>(
            std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
        if (const auto least = count_of(here.schema, "minLength"); least && length < *least) {
            if (*least == 1) return unfit(here);
            return error(here, "expected at least " + std::to_string(*least) + " characters, got " + std::to_string(length));
        }
        if (const auto most = count_of(here.schema, "maxLength"); most && length > *most) {
            return error(here, "expected at most " + std::to_string(*most) + " characters, got " + std::to_string(length));
        }
        if (const auto pattern = text_of(here.schema, "pattern"); !pattern.empty()) {
            if (text.size() > pattern_text_limit) {
                return error(here, "expected at most " + std::to_string(pattern_text_limit) + " bytes, got " +
                                       std::to_string(text.size()));
            }
            const auto *expression = regex(std::string(pattern));
            if (!expression) return error(here, "the schema's pattern is not valid; tell the plugin's author");
            if (!std::regex_search(text.begin(), text.end(), *expression)) return unfit(here);
        }
        if (const auto format = text_of(here.schema, "format"); !format.empty()) {
            std::array<unsigned char, 16> address{};
            const std::string copy(text);
            const bool bad = (format == "ipv4" && inet_pton(AF_INET, copy.c_str(), address.data()) != 1) ||
                             (format == "ipv6" && inet_pton(AF_INET6, copy.c_str(), address.data()) != 1) ||
                             (format == "uri" && text.find("://") == std::string_view::npos);
            if (bad) unfit(here);
        }
    }

    void number(const Here &here) {
        const auto value = *number_of(here.value);
        const auto low = limit_of(here.schema, "minimum");
        const auto high = limit_of(here.schema, "maximum");
        const auto above = limit_of(here.schema, "exclusiveMinimum");
        const auto below = limit_of(here.schema, "exclusiveMaximum");
        if ((low && value < *low) || (high && value > *high) || (above && value <= *above) || (below && value >= *below)) {
            return unfit(here);
        }
        if (const auto step = limit_of(here.schema, "multipleOf"); step && *step > 0) {
            const auto times = value / *step;
            if (std::fabs(times - std::round(times)) > 1e-9 * std::max(1.0, std::fabs(times))) {
                error(here, "expected a multiple of " + shown(*step) + ", got " + got(here));
            }
        }
    }

    void array(const Here &here) {
        const auto &array = here.value.get_array();
        const auto least = count_of(here.schema, "minItems");
        const auto most = count_of(here.schema, "maxItems");
        if ((least && array.size() < *least) || (most && array.size() > *most)) {
            if (findings_) {
                error(here, "expected " + words_for(here.schema, root_, 0) + ", got " +
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
            const auto *place = here.place ? here.place->element(i) : nullptr;
            run(*item, array[i], place, place ? place->value_at : here.at, here.path / i, here.secret, here.depth + 1);
        }
        if (flag(here.schema, "uniqueItems")) unique(here, array);
        if (const auto *wanted = member(here.schema, "contains")) {
            if (std::none_of(array.begin(), array.end(), [&](const auto &v) { return fits(*wanted, v, here.depth); })) {
                error(here, "expected a list in which at least one is " + words_for(*wanted, root_, 0));
            }
        }
    }

    void unique(const Here &here, const json::array &array) {
        std::map<std::string, std::size_t> seen;
        for (std::size_t i = 0; i < array.size(); ++i) {
            const auto [found, fresh] = seen.emplace(json::serialize(array[i]), i);
            if (fresh) continue;
            const auto *place = here.place ? here.place->element(i) : nullptr;
            error(place ? place->value_at : here.at, here.path / i,
                  (here.secret || !array[i].is_string() ? "this" : quoted(view(array[i].get_string()))) +
                      " is in the list twice; it must be there once");
        }
    }

    void object(const Here &here) {
        const auto &object = here.value.get_object();
        const auto *properties = member(here.schema, "properties");
        const auto *patterns = member(here.schema, "patternProperties");
        const auto *more = member(here.schema, "additionalProperties");
        const auto *names = member(here.schema, "propertyNames");
        for (const auto &entry : object) {
            const std::string_view key = view(entry.key());
            const auto *place = here.place ? here.place->member(key) : nullptr;
            const auto at = place ? place->value_at : here.at;
            const auto path = here.path / key;
            if (names) {
                const json::value name(entry.key());
                Place name_place;
                name_place.key_at = name_place.value_at = place ? place->key_at : here.at;
                run(*names, name, &name_place, name_place.value_at, path, false, here.depth + 1);
            }
            bool known = false;
            if (const auto *schema = properties ? member(*properties, key) : nullptr) {
                known = true;
                run(*schema, entry.value(), place, at, path, here.secret, here.depth + 1);
            }
            if (patterns && patterns->is_object()) {
                for (const auto &pattern : patterns->get_object()) {
                    const auto *expression =
                        key.size() <= pattern_text_limit ? regex(std::string(view(pattern.key()))) : nullptr;
                    if (!expression || !std::regex_search(key.begin(), key.end(), *expression)) continue;
                    known = true;
                    run(pattern.value(), entry.value(), place, at, path, here.secret, here.depth + 1);
                }
            }
            if (known || !more) continue;
            if (!more->is_bool()) {
                run(*more, entry.value(), place, at, path, here.secret, here.depth + 1);
            } else if (!more->get_bool()) {
                unknown(here, key, place ? place->key_at : here.at, path, properties);
            }
        }
        counts(here, object);
        requirements(here, object, properties);
    }

    void unknown(const Here &here, std::string_view key, std::uint32_t at, const KeyPath &path, const json::value *properties) {
        if (!findings_) {
            ++errors_;
            return;
        }
        std::vector<std::string> known;
        if (properties && properties->is_object()) {
            for (const auto &property : properties->get_object()) known.emplace_back(view(property.key()));
        }
        std::string message = "there is no option " + quoted(key) + " here";
        const auto near = did_you_mean(key, known);
        if (!near.empty()) {
            message += near;
        } else if (known.empty()) {
            message += "; no options are taken";
        } else {
            std::erase(known, "$schema");
            message += "; known are " + listed(known);
        }
        static_cast<void>(here);
        error(at, path, std::move(message));
    }

    void counts(const Here &here, const json::object &object) {
        if (const auto least = count_of(here.schema, "minProperties"); least && object.size() < *least) {
            const auto own = text_of(here.schema, "x-kith-expected");
            error(here, "expected " +
                            (own.empty() ? "at least " + std::to_string(*least) + (*least == 1 ? " entry" : " entries")
                                         : std::string(own)) +
                            ", got " + (object.empty() ? "an empty object" : std::to_string(object.size())));
        }
        if (const auto most = count_of(here.schema, "maxProperties"); most && object.size() > *most) {
            error(here, "expected at most " + std::to_string(*most) + " entries, got " + std::to_string(object.size()));
        }
    }

    void missing(const Here &here, std::string_view key, const json::value *properties, const std::string &why = {}) {
        if (!findings_) {
            ++errors_;
            return;
        }
        std::string message = "`" + std::string(key) + "` is required" + why;
        if (const auto *schema = properties ? member(*properties, key) : nullptr) {
            const auto words = words_for(*schema, root_, 0);
            if (words != "something else") message += ": " + words;
        }
        error(here.place ? here.place->key_at : here.at, here.path / key, std::move(message));
    }

    void requirements(const Here &here, const json::object &object, const json::value *properties) {
        if (const auto *required = member(here.schema, "required"); required && required->is_array()) {
            for (const auto &key : required->get_array()) {
                if (key.is_string() && !object.contains(key.get_string())) missing(here, view(key.get_string()), properties);
            }
        }
        const auto *dependencies = member(here.schema, "dependencies");
        if (!dependencies || !dependencies->is_object()) return;
        for (const auto &rule : dependencies->get_object()) {
            if (!object.contains(rule.key())) continue;
            if (!rule.value().is_array()) {
                run(rule.value(), here.value, here.place, here.at, here.path, here.secret, here.depth + 1);
                continue;
            }
            for (const auto &key : rule.value().get_array()) {
                if (key.is_string() && !object.contains(key.get_string())) {
                    missing(here, view(key.get_string()), properties, " with `" + std::string(view(rule.key())) + "`");
                }
            }
        }
    }

    bool fits(const json::value &schema, const json::value &value, int depth) const {
        Check quiet(root_, nullptr);
        quiet.run(schema, value, nullptr, 0, {}, false, depth + 1);
        return quiet.good();
    }

    void logic(const Here &here) {
        if (const auto *all = member(here.schema, "allOf"); all && all->is_array()) {
            for (const auto &branch : all->get_array()) {
                run(branch, here.value, here.place, here.at, here.path, here.secret, here.depth + 1);
            }
        }
        if (const auto *any = member(here.schema, "anyOf"); any && any->is_array()) choice(here, any->get_array(), false);
        if (const auto *one = member(here.schema, "oneOf"); one && one->is_array()) choice(here, one->get_array(), true);
        if (const auto *no = member(here.schema, "not"); no && fits(*no, here.value, here.depth)) {
            const auto own = text_of(here.schema, "x-kith-expected");
            error(here, own.empty() ? "this value is excluded by the schema (not)" : "expected " + std::string(own));
        }
        if (const auto *condition = member(here.schema, "if")) {
            const auto *then = member(here.schema, fits(*condition, here.value, here.depth) ? "then" : "else");
            if (then) run(*then, here.value, here.place, here.at, here.path, here.secret, here.depth + 1);
        }
    }

    // The complaint is that of the branch that was most likely meant: the only one that takes the type, or the one with the fewest errors.
    void choice(const Here &here, const json::array &all, bool exactly_one) {
        std::size_t fitting = 0;
        const json::value *best = nullptr;
        std::size_t best_errors = 0;
        std::size_t candidates = 0;
        for (const auto &branch : all) {
            Check quiet(root_, nullptr);
            quiet.run(branch, here.value, nullptr, 0, {}, false, here.depth + 1);
            if (quiet.good()) {
                ++fitting;
                continue;
            }
            if (!takes_type(branch, root_, type_of(here.value))) continue;
            ++candidates;
            if (!best || quiet.errors() < best_errors) {
                best = &branch;
                best_errors = quiet.errors();
            }
        }
        if (fitting == 1 || (fitting > 1 && !exactly_one)) return;
        if (fitting > 1) return error(here, "this fits several alternatives of the schema, and only one may fit");
        const bool container = here.value.is_object() || here.value.is_array();
        const bool listed_value = best && (member(*best, "const") || member(*best, "enum"));
        if (best && (container || (candidates == 1 && !listed_value)) && text_of(here.schema, "x-kith-expected").empty()) {
            return run(*best, here.value, here.place, here.at, here.path, here.secret, here.depth + 1);
        }
        unfit(here);
    }

    const json::value &root_;
    Findings *findings_;
    std::size_t errors_ = 0;
    std::map<std::string, std::optional<std::regex>> regexes_;
};

// Calls with each subschema that says something of the value itself (not of its members).
void each_view(const json::value &schema, const json::value &root, int depth,
               const std::function<void(const json::value &)> &call) {
    const auto *at = resolved(schema, root);
    if (!at || !at->is_object() || depth > depth_limit) return;
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

void convert_value(json::value &value, const json::value &schema, const json::value &root, const Place *place) {
    if (value.is_double() && takes_type(schema, root, "integer")) {
        const auto number = value.get_double();
        if (number == std::floor(number) && std::fabs(number) <= 9007199254740992.0) value = static_cast<std::int64_t>(number);
        return;
    }
    if (!value.is_string() || !place || !place->whole || takes_type(schema, root, "string")) return;
    const std::string text(view(value.get_string()));
    if (takes_type(schema, root, "boolean") && (text == "true" || text == "false")) {
        value = text == "true";
    } else if (takes_type(schema, root, "integer") || takes_type(schema, root, "number")) {
        json::error_code code;
        const auto number = json::parse(view_of(text), code);
        if (!code && number_of(number)) {
            value = number;
            convert_value(value, schema, root, place);
        }
    }
}

void convert_below(json::value &value, const json::value &schema, const json::value &root, const Place *place, int depth) {
    if (depth > depth_limit) return;
    convert_value(value, schema, root, place);
    each_view(schema, root, depth, [&](const json::value &one) {
        if (auto *object = value.if_object()) {
            for (auto &entry : *object) {
                if (const auto *next = below(one, view(entry.key()))) {
                    convert_below(entry.value(), *next, root, place ? place->member(view(entry.key())) : nullptr, depth + 1);
                }
            }
        } else if (auto *array = value.if_array()) {
            for (std::size_t i = 0; i < array->size(); ++i) {
                if (const auto *next = below(one, i)) {
                    convert_below((*array)[i], *next, root, place ? place->element(i) : nullptr, depth + 1);
                }
            }
        }
    });
}

bool fits(const json::value &schema, const json::value &root, const json::value &value) {
    Check quiet(root, nullptr);
    quiet.run(schema, value, nullptr, 0, {}, false, 0);
    return quiet.good();
}

void fill_below(json::value &value, const json::value &schema, const json::value &root, int depth) {
    const auto *at = resolved(schema, root);
    if (!at || !at->is_object() || depth > depth_limit) return;
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
            if (!fits(branch, root, value)) continue;
            fill_below(value, branch, root, depth + 1);
            break;
        }
    }
}

void warn_below(const json::value &value, const json::value &schema, const json::value &root, const Place *place,
                const KeyPath &path, Findings &findings, int depth) {
    if (depth > depth_limit || !place) return;
    each_view(schema, root, depth, [&](const json::value &one) {
        if (const auto why = text_of(one, "x-kith-no-effect"); !why.empty()) {
            findings.warning(place->key_at, path, "this option has no effect: " + std::string(why));
        }
        if (const auto *object = value.if_object()) {
            for (const auto &entry : *object) {
                const auto key = view(entry.key());
                if (const auto *next = below(one, key)) {
                    warn_below(entry.value(), *next, root, place->member(key), path / key, findings, depth + 1);
                }
            }
        } else if (const auto *array = value.if_array()) {
            for (std::size_t i = 0; i < array->size(); ++i) {
                if (const auto *next = below(one, i)) {
                    warn_below((*array)[i], *next, root, place->element(i), path / i, findings, depth + 1);
                }
            }
        }
    });
}

void mask_below(json::value &value, const json::value &schema, const json::value &root, int depth) {
    bool secret = depth > depth_limit;
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

Schema::Schema(std::unique_ptr<State> state) : state_(std::move(state)) {}
Schema::~Schema() = default;
Schema::Schema(Schema &&) noexcept = default;
Schema &Schema::operator=(Schema &&) noexcept = default;

std::optional<Schema> Schema::parse(std::string_view text, std::string &error) {
    if (text.empty()) text = R"({"type": "object", "additionalProperties": false})";
    json::error_code code;
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
    return Schema(std::move(state));
}

bool Schema::apply(json::value &value, const Place *place, std::uint32_t at, const KeyPath &path, Findings &findings) const {
    convert(value, place);
    Check check(state_->root, &findings);
    check.run(state_->root, value, place, at, path, false, 0);
    if (!check.good()) return false;
    fill(value);
    try {
        const auto complaints = second_opinion(state_->root, value, path);
        for (const auto &complaint : complaints) findings.error(at, complaint.path, complaint.text);
        return complaints.empty();
    } catch (const std::exception &problem) {
        findings.error(at, path,
                       std::string("the plugin's schema of options cannot be used (") + problem.what() +
                           "); tell the plugin's author");
        return false;
    }
}

void Schema::convert(json::value &value, const Place *place) const {
    convert_below(value, state_->root, state_->root, place, 0);
}

void Schema::fill(json::value &value) const { fill_below(value, state_->root, state_->root, 0); }

void Schema::warn_no_effect(const json::value &value, const Place *place, const KeyPath &path, Findings &findings) const {
    warn_below(value, state_->root, state_->root, place, path, findings, 0);
}

void Schema::mask(json::value &value) const { mask_below(value, state_->root, state_->root, 0); }

bool Schema::matches(const json::value &value) const { return fits(state_->root, state_->root, value); }

const json::value &Schema::json() const { return state_->root; }

std::optional<Schema> Schema::keyword(std::string_view name) const {
    const auto *found = member(state_->root, name);
    if (!found || !found->is_object()) return std::nullopt;
    auto state = std::make_unique<State>();
    state->root = *found;
    return Schema(std::move(state));
}

const json::value *Schema::property(std::string_view name) const {
    const auto *properties = member(state_->root, "properties");
    const auto *found = properties ? member(*properties, name) : nullptr;
    return found ? resolved(*found, state_->root) : nullptr;
}

std::string expectation(const json::value &schema, const json::value &root) { return words_for(schema, root, 0); }

} // namespace kith::core
