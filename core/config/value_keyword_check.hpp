// SPDX-License-Identifier: MIT
//
// Checks one value by the keywords that do not look into lists or objects. Pure functions. ValueChecker handles the other
// keywords.
#pragma once

#include <core/config/pattern_cache.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kith::core {

struct ValueFault {
    // The form of the error message. expectation: "expected <description of the schema>, got <the value>" and the text. got:
    // the text and
    // ", got <the value>". text: the text alone.
    enum class Form : unsigned char { expectation, got, text };
    Form form = Form::expectation;
    std::string text;
};

// Checks type, enum, const, and numbers that no type can represent. secret: the message must not contain the value.
std::optional<ValueFault> check_kind(const boost::json::value &schema, const boost::json::value &root,
                                     const boost::json::value &value, bool secret);
// Checks minLength, maxLength, pattern, format, x-kith-node-name, x-kith-url.
std::optional<ValueFault> check_string(const boost::json::value &schema, std::string_view text, PatternCache &patterns);
// Checks minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf.
std::optional<ValueFault> check_number(const boost::json::value &schema, double value);

} // namespace kith::core
