// SPDX-License-Identifier: MIT
#include <core/config/json_schema_validator.hpp>
#include <core/config/schema_accessors.hpp>
#include <core/config/value_checker.hpp>

#include <utility>

namespace kith::core {

using namespace schema_accessors;

void ValueChecker::run(const json::value &schema, const json::value &value, const SourceMap *source_map, std::uint32_t at,
                       const KeyPath &path, bool secret, int depth) {
    if (source_map && source_map->broken) {
        ++errors_;
        return;
    }
    if (depth > schema_depth_limit)
        return error(at, path, "the schema is nested too deep here; report it to the plugin's author");
    if (schema.is_bool()) {
        if (!schema.get_bool()) error(at, path, "no value is allowed here");
        return;
    }
    const auto *found = resolved(schema, root_);
    if (!found) return error(at, path, "the schema's $ref points to nothing; report it to the plugin's author");
    if (found->is_bool()) return run(*found, value, source_map, at, path, secret, depth + 1);
    if (!found->is_object()) return error(at, path, "the schema is not an object here; report it to the plugin's author");
    secret = secret || flag(*found, "writeOnly");
    const Here here{*found, value, source_map, at, path, secret || (source_map && source_map->substituted), depth};
    if (const auto fault = check_kind(*found, root_, value, here.secret))
        return error(here, *fault); // further checks would repeat this error
    if (value.is_string()) {
        if (const auto fault = check_string(*found, view(value.get_string()), patterns_)) error(here, *fault);
    } else if (const auto number = number_of(value)) {
        if (const auto fault = check_number(*found, *number)) error(here, *fault);
    } else if (value.is_array()) {
        array(here);
    } else if (value.is_object()) {
        object(here);
    }
    logic(here);
}

// ---- several schemas for one value ----

void ValueChecker::logic(const Here &here) {
    if (const auto *all = member(here.schema, "allOf"); all && all->is_array()) {
        for (const auto &branch : all->get_array()) again(branch, here);
    }
    if (const auto *any = member(here.schema, "anyOf"); any && any->is_array()) choice(here, any->get_array(), false);
    if (const auto *one = member(here.schema, "oneOf"); one && one->is_array()) choice(here, one->get_array(), true);
    if (const auto *no = member(here.schema, "not"); no && fits(*no, here.value, here.depth)) {
        const auto own = text_of(here.schema, "x-kith-expected");
        error(here, own.empty() ? "this value is excluded by the schema (not)" : "expected " + std::string(own));
    }
    if (const auto *condition = member(here.schema, "if")) {
        const auto *then = member(here.schema, fits(*condition, here.value, here.depth) ? "then" : "else");
        if (then) again(*then, here);
    }
}

// The error is that of the branch that was most likely meant: the only one that accepts the type, or the one with the fewest
// errors.
void ValueChecker::choice(const Here &here, const json::array &branches, bool exactly_one) {
    std::size_t fitting = 0;
    const json::value *best = nullptr;
    std::size_t best_errors = 0;
    std::size_t candidates = 0;
    for (const auto &branch : branches) {
        ValueChecker quiet(root_, nullptr);
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
    if (best && (container || (candidates == 1 && !listed_value)) && text_of(here.schema, "x-kith-expected").empty())
        return again(*best, here);
    unfit(here);
}

bool ValueChecker::fits(const json::value &schema, const json::value &value, int depth) const {
    ValueChecker quiet(root_, nullptr);
    quiet.run(schema, value, nullptr, 0, {}, false, depth + 1);
    return quiet.good();
}

void ValueChecker::again(const json::value &schema, const Here &here) {
    run(schema, here.value, here.source_map, here.at, here.path, here.secret, here.depth + 1);
}

// ---- reporting ----

void ValueChecker::error(std::uint32_t at, const KeyPath &path, std::string message) {
    ++errors_;
    if (collector_) collector_->error(at, path, std::move(message));
}

void ValueChecker::error(const Here &here, const ValueFault &fault) {
    switch (fault.form) {
    case ValueFault::Form::expectation: return unfit(here, fault.text);
    case ValueFault::Form::got: return error(here, fault.text + ", got " + got(here));
    case ValueFault::Form::text: return error(here, fault.text);
    }
}

void ValueChecker::unfit(const Here &here, const std::string &more) {
    if (!collector_) {
        ++errors_;
        return;
    }
    error(here, "expected " + expectation(here.schema, root_) + ", got " + got(here) + more);
}

// Describes the value without revealing a secret.
std::string ValueChecker::got(const Here &here) const {
    const auto &value = here.value;
    switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return value.get_bool() ? "true" : "false";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return here.secret ? "a number" : "the number " + shown(value);
    case json::kind::string:
        if (here.source_map && here.source_map->substituted) return "a string that came out of ${...}";
        return here.secret ? "a string" : "the string " + in_quotes(view(value.get_string()));
    case json::kind::array: return value.get_array().empty() ? "an empty list" : "a list";
    case json::kind::object: return "an object";
    }
    return "null";
}

bool check_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value,
                  const SourceMap *source_map, std::uint32_t at, const KeyPath &path, DiagnosticCollector &collector) {
    ValueChecker checker(root, &collector);
    checker.run(schema, value, source_map, at, path, false, 0);
    return checker.good();
}

bool fits_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value) {
    ValueChecker quiet(root, nullptr);
    quiet.run(schema, value, nullptr, 0, {}, false, 0);
    return quiet.good();
}

} // namespace kith::core
