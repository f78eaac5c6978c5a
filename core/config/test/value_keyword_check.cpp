// SPDX-License-Identifier: MIT
//
// The keywords that look at one value, as a table of schema, value and fault.
#include <core/config/value_keyword_check.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace kith::core::test {

namespace {

// "" for a valid value; "~ text" for one that is reported with the expectation.
std::string fault_of(const char *schema_text, const char *value_text, bool secret = false) {
    const auto schema = boost::json::parse(schema_text);
    const auto value = boost::json::parse(value_text);
    PatternCache patterns;
    auto fault = check_kind(schema, schema, value, secret);
    if (!fault && value.is_string()) fault = check_string(schema, std::string(value.get_string()), patterns);
    if (!fault && value.is_number()) fault = check_number(schema, value.to_number<double>());
    if (!fault) return {};
    return (fault->form == ValueFault::Form::expectation ? "~" : "") + fault->text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(value_check)

BOOST_AUTO_TEST_CASE(errors_of_single_values) {
    const struct {
        const char *schema, *value, *fault;
    } rows[] = {
        {R"({"type":"string"})", R"("a")", ""},
        {R"({"type":"string"})", "1", "~"},
        {R"({"type":["string","null"]})", "null", ""},
        {R"({"type":"integer","x-kith-unit":"ms"})", R"("2m")", "~; write 120000"},
        {R"({"type":"integer","x-kith-unit":"ms"})", R"("soon")", "~"},
        {R"({"type":"array"})", R"("a")", R"(~; write ["a"])"},
        {R"({"enum":["keep","report"]})", R"("kep")", "~; did you mean `keep`?"},
        {R"({"enum":[1]})", "1.0", ""},
        {R"({"const":1})", "2", "~"},
        {"{}", "18446744073709551615", "the number is too large"},
        {R"({"minLength":1})", R"("")", "~"},
        {R"({"minLength":3})", R"("ab")", "expected at least 3 characters, got 2"},
        {R"({"maxLength":1})", R"("ü")", ""}, // characters, not bytes
        {R"({"maxLength":1})", R"("ab")", "expected at most 1 characters, got 2"},
        {R"({"pattern":"^a$"})", R"("a")", ""},
        {R"({"pattern":"^a$"})", R"("b")", "~"},
        {R"({"pattern":"("})", R"("b")", "the schema's pattern is not valid; report it to the plugin's author"},
        {R"({"format":"ipv4"})", R"("10.0.0.1")", ""},
        {R"({"format":"ipv4"})", R"("::1")", "~"},
        {R"({"format":"ipv6"})", R"("::1")", ""},
        {R"({"format":"uri"})", R"("example.org")", "~"},
        {R"({"format":"other"})", R"("x")", ""},
        {R"({"x-kith-url":true})", R"("https://[fe80::1]:8443/a?b")", ""},
        {R"({"x-kith-url":true})", R"("")", ""}, // a variable may be empty; minLength forbids it
        {R"({"x-kith-url":true})", R"("http://[fe80::1%lo]:1")",
         "~: `fe80::1%lo` is no host name, IPv4 address or [IPv6 address]"},
        {R"({"x-kith-url":true})", R"("http://h:0")", "~: its port is not a number from 1 to 65535"},
        {R"({"minimum":1,"maximum":2})", "1", ""},
        {R"({"minimum":1,"maximum":2})", "2.5", "~"},
        {R"({"exclusiveMinimum":1})", "1", "~"},
        {R"({"exclusiveMaximum":2})", "2", "~"},
        {R"({"multipleOf":0.1})", "0.3", ""},
        {R"({"multipleOf":2})", "3", "expected a multiple of 2"},
    };
    for (const auto &row : rows)
        BOOST_TEST_CONTEXT(row.schema << " " << row.value) BOOST_CHECK_EQUAL(fault_of(row.schema, row.value), row.fault);
}

BOOST_AUTO_TEST_CASE(a_secret_is_not_repeated) {
    BOOST_CHECK_EQUAL(fault_of(R"({"enum":["keep"]})", R"("kep")", true), "~");
    BOOST_CHECK_EQUAL(fault_of(R"({"type":"array"})", R"("a")", true), "~");
}

BOOST_AUTO_TEST_CASE(a_pattern_is_not_tried_on_a_long_text) {
    const auto schema = boost::json::parse(R"({"pattern":"a"})");
    PatternCache patterns;
    const auto fault = check_string(schema, std::string(1025, 'a'), patterns);
    BOOST_REQUIRE(fault);
    BOOST_CHECK_EQUAL(fault->text, "expected at most 1024 bytes, got 1025");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
