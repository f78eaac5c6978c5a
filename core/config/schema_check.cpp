// SPDX-License-Identifier: MIT
#include <core/config/schema.hpp>
#include <core/config/schema_check.hpp>
#include <core/config/schema_parts.hpp>
#include <core/config/words.hpp>

#include <kith/node_name.hpp>

#include <boost/json/serialize.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <regex>

namespace kith::core {

using namespace parts;

namespace {

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
        if (depth > schema_depth_limit) return error(at, path, "the schema is nested too deep here; tell the plugin's author");
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
            return here.secret ? "a string" : "the string " + in_quotes(view(value.get_string()));
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
        error(here, "expected " + expectation(here.schema, root_) + ", got " + got(here) + more);
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
                more = "; write [" + in_quotes(view(here.value.get_string())) + "]";
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
        if (const auto form = node_name_form_of(text_of(here.schema, "x-kith-node-name")); form && !text.empty()) {
            if (const auto fault = fault_of_node_name(text, *form); !fault.empty())
                return unfit(here, ": " + std::string(fault));
        }
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
            const auto *place = here.place ? here.place->element(i) : nullptr;
            run(*item, array[i], place, place ? place->value_at : here.at, here.path / i, here.secret, here.depth + 1);
        }
        if (flag(here.schema, "uniqueItems")) unique(here, array);
        if (const auto *wanted = member(here.schema, "contains")) {
            if (std::none_of(array.begin(), array.end(), [&](const auto &v) { return fits(*wanted, v, here.depth); })) {
                error(here, "expected a list in which at least one is " + expectation(*wanted, root_));
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
                  (here.secret || !array[i].is_string() ? "this" : in_quotes(view(array[i].get_string()))) +
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
        std::string message = "there is no option " + in_quotes(key) + " here";
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
            const auto words = expectation(*schema, root_);
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

} // namespace

bool check_schema(const json::value &schema, const json::value &root, const json::value &value, const Place *place,
                  std::uint32_t at, const KeyPath &path, Findings &findings) {
    Check check(root, &findings);
    check.run(schema, value, place, at, path, false, 0);
    return check.good();
}

bool fits_schema(const json::value &schema, const json::value &root, const json::value &value) {
    Check quiet(root, nullptr);
    quiet.run(schema, value, nullptr, 0, {}, false, 0);
    return quiet.good();
}

} // namespace kith::core
