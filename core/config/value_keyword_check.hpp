// SPDX-License-Identifier: MIT
//
// What the keywords of a schema that look at one value alone find wrong with it: pure functions. What is inside a list or an object is
// schema_checker's.
#pragma once

#include <core/config/pattern_cache.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kith::core {

struct ValueFault {
    // expectation: "expected <what the schema describes>, got <the value>" and the text; got: the text and ", got <the value>"; text: the
    // text alone.
    enum class Form : unsigned char { expectation, got, text };
    Form form = Form::expectation;
    std::string text;
};

// type, enum, const, and numbers that nothing can hold. secret: the value may not be repeated.
std::optional<ValueFault> check_kind(const boost::json::value &schema, const boost::json::value &root,
                                     const boost::json::value &value, bool secret);
// minLength, maxLength, pattern, format, x-kith-node-name.
std::optional<ValueFault> check_string(const boost::json::value &schema, std::string_view text, PatternCache &patterns);
// minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf.
std::optional<ValueFault> check_number(const boost::json::value &schema, double value);

} // namespace kith::core
