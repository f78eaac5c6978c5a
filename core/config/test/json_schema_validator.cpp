// SPDX-License-Identifier: MIT
//
// Our reading of JSON Schema against valijson's: the two must agree on what fits.
#include <core/config/json_schema_validator.hpp>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace kith::core;
namespace json = boost::json;

namespace {

const std::vector<std::string> schemas = {
    R"({})",
    R"({"type": "string"})",
    R"({"type": ["string", "null"]})",
    R"({"type": "integer"})",
    R"({"type": "integer", "minimum": 1, "maximum": 5})",
    R"({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 5})",
    R"({"type": "number", "multipleOf": 0.5})",
    R"({"type": "boolean"})",
    R"({"enum": ["a", 1, null, [1]]})",
    R"({"const": {"a": 1}})",
    R"({"type": "string", "minLength": 2, "maxLength": 3})",
    R"({"type": "string", "pattern": "^a+$"})",
    R"({"type": "array", "items": {"type": "integer"}})",
    R"({"type": "array", "items": [{"type": "integer"}, {"type": "string"}], "additionalItems": {"type": "boolean"}})",
    R"({"type": "array", "minItems": 1, "maxItems": 2})",
    R"({"type": "array", "uniqueItems": true})",
    R"({"contains": {"type": "string"}})",
    R"({"type": "object", "properties": {"a": {"type": "integer"}}})",
    R"({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false})",
    R"({"type": "object", "additionalProperties": {"type": "integer"}})",
    R"({"type": "object", "patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": false})",
    R"({"type": "object", "required": ["a"]})",
    R"({"type": "object", "minProperties": 1, "maxProperties": 1})",
    R"({"type": "object", "propertyNames": {"maxLength": 1}})",
    R"({"type": "object", "dependencies": {"a": ["b"]}})",
    R"({"type": "object", "dependencies": {"a": {"required": ["b"]}}})",
    R"({"oneOf": [{"type": "integer"}, {"type": "number"}, {"type": "string"}]})",
    R"({"anyOf": [{"type": "integer"}, {"type": "number"}, {"required": ["a"], "type": "object"}]})",
    R"({"allOf": [{"type": "integer"}, {"minimum": 3}]})",
    R"({"not": {"type": "string"}})",
    R"({"if": {"type": "integer"}, "then": {"minimum": 3}, "else": {"type": "string"}})",
    R"({"$ref": "#/definitions/x", "definitions": {"x": {"type": "string"}}})",
    R"({"type": "object", "properties": {"a": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"enum": [1, 2]}}})",
    R"({"type": "object", "properties": {"a": true, "b": false}})",
};

const std::vector<std::string> values = {
    "null",
    "true",
    "0",
    "1",
    "3",
    "5",
    "6",
    "-1",
    "1.5",
    "2.25",
    "1e300",
    "\"\"",
    "\"a\"",
    "\"aa\"",
    "\"b\"",
    "\"\xc3\xa4\xc3\xb6\"",
    "\"abcd\"",
    "[]",
    "[1]",
    "[1, \"a\"]",
    "[1, \"a\", true]",
    "[1, \"a\", 5]",
    "[1, 1]",
    "[[1], [1]]",
    "{}",
    R"({"a": 1})",
    R"({"a": "x"})",
    R"({"b": 1})",
    R"({"a": 1, "b": 2})",
    R"({"ab": 1})",
    R"({"ab": "x"})",
    R"({"a": {"a": 1}})",
};

} // namespace

BOOST_AUTO_TEST_SUITE(json_schema_validator)

BOOST_AUTO_TEST_CASE(results_equal_those_of_the_library_valijson) {
    std::size_t fitting = 0;
    for (const auto &text : schemas) {
        std::string error;
        const auto rules = JsonSchemaValidator::parse(text, error);
        BOOST_TEST_REQUIRE(rules.has_value(), text + error);
        for (const auto &written : values) {
            const auto value = json::parse(written);
            const bool theirs = valijson_complaints(rules->json(), value, {}).empty();
            BOOST_TEST(rules->matches(value) == theirs, text << " and " << written << ": valijson says " << theirs);
            fitting += theirs;
        }
    }
    BOOST_TEST(fitting > values.size());
    BOOST_TEST(fitting < values.size() * schemas.size() / 2);
}

BOOST_AUTO_TEST_CASE(every_error_has_a_message) {
    for (const auto &text : schemas) {
        std::string error;
        const auto rules = JsonSchemaValidator::parse(text, error);
        for (const auto &written : values) {
            auto value = json::parse(written);
            if (rules->matches(value)) continue;
            DiagnosticCollector collector;
            BOOST_TEST(!rules->apply(value, nullptr, 0, KeyPath("x"), collector));
            BOOST_TEST(collector.failed(), text << " and " << written);
        }
    }
}

BOOST_AUTO_TEST_CASE(evaluation_of_a_cyclic_reference_terminates) {
    std::string error;
    const auto rules = JsonSchemaValidator::parse(R"({"allOf": [{"$ref": "#"}]})", error);
    BOOST_TEST(!rules->matches(json::value(1)));
    const auto round =
        JsonSchemaValidator::parse(R"({"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}})", error);
    BOOST_TEST(!round->matches(json::value(1)));
}

BOOST_AUTO_TEST_CASE(expectations_as_text) {
    const auto words = [](std::string_view text) {
        const auto parsed = json::parse({text.data(), text.size()});
        return expectation(parsed, parsed);
    };
    BOOST_TEST(words(R"({"type": "integer", "minimum": 0, "x-kith-unit": "ms"})") == "an integer >= 0 in milliseconds");
    BOOST_TEST(words(R"({"type": "integer", "maximum": 9, "x-kith-unit": "bytes"})") == "an integer <= 9 in bytes");
    BOOST_TEST(words(R"({"type": ["integer", "string"]})") == "an integer or a string");
    BOOST_TEST(words(R"({"type": "array", "items": {"type": "string", "minLength": 1}})") == "a list of non-empty strings");
    BOOST_TEST(words(R"({"type": "array", "minItems": 3, "maxItems": 3})") == "a list of 3");
    BOOST_TEST(words(R"({"type": "string", "format": "ipv4"})") == "a string of the form ipv4");
    BOOST_TEST(words(R"({"enum": ["a"]})") == "\"a\"");
    BOOST_TEST(words(R"({"type": "array", "items": {"type": "string", "x-kith-node-name": "peer"}})")
                   .starts_with("a list, each a node's name, name@host, such as app@10.0.0.7"));
    BOOST_TEST(words(R"({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5})") == "a number > 0 and <= 0.5");
}

BOOST_AUTO_TEST_CASE(node_names) {
    std::string error;
    const auto one = [&](const char *form) {
        return JsonSchemaValidator::parse(R"({"type": "string", "x-kith-node-name": ")" + std::string(form) + "\"}", error);
    };
    const auto either = one("either"), peer = one("peer"), part = one("part"), any = one("any");
    for (const char *good : {"app@10.0.0.7", "app", "",
                             "x@l\xc3\xb6"
                             "calhost.de"})
        BOOST_TEST(either->matches(good), good);
    for (const char *bad : {"app@", "@host", "a b@h", "app@h\n", "k\xc3\xb6ln@h", "app@$(POD_IP)"}) {
        BOOST_TEST(!either->matches(bad), bad);
        BOOST_TEST(!peer->matches(bad), bad);
        BOOST_TEST(!part->matches(bad), bad);
    }
    BOOST_TEST(!either->matches(json::value("app@" + std::string(252, 'h'))));
    BOOST_TEST(!peer->matches("app"));
    BOOST_TEST(!peer->matches("app@0.0.0.0"));
    BOOST_TEST(part->matches("app"));
    BOOST_TEST(any->matches("k\xc3\xb6ln@h"));
    BOOST_TEST(!any->matches("@h"));
    BOOST_TEST(one("unheard-of")->matches("@ @")); // of a later version
}

BOOST_AUTO_TEST_CASE(formats) {
    std::string error;
    const auto v4 = JsonSchemaValidator::parse(R"({"type": "string", "format": "ipv4"})", error);
    BOOST_TEST(v4->matches("10.0.0.1"));
    BOOST_TEST(!v4->matches("10.0.0"));
    const auto v6 = JsonSchemaValidator::parse(R"({"type": "string", "format": "ipv6"})", error);
    BOOST_TEST(v6->matches("fe80::1"));
    BOOST_TEST(!v6->matches("10.0.0.1"));
    const auto uri = JsonSchemaValidator::parse(R"({"type": "string", "format": "uri"})", error);
    BOOST_TEST(uri->matches("http://x"));
    BOOST_TEST(!uri->matches("x"));
}

BOOST_AUTO_TEST_CASE(defaults_at_any_depth) {
    const auto filled = [](std::string_view schema_text, std::string_view text) {
        std::string error;
        const auto rules = JsonSchemaValidator::parse(schema_text, error);
        auto value = json::parse({text.data(), text.size()});
        rules->fill(value);
        return json::serialize(value);
    };
    BOOST_TEST(filled(R"({"properties": {"a": {"properties": {"b": {"default": 1}}}}})", "{}") == "{}");
    BOOST_TEST(filled(R"({"properties": {"a": {"properties": {"b": {"default": 1}}}}})", R"({"a": {}})") == R"({"a":{"b":1}})");
    BOOST_TEST(filled(R"({"properties": {"a": {"default": {}, "properties": {"b": {"default": 1}}}}})", "{}") ==
               R"({"a":{"b":1}})");
    BOOST_TEST(filled(R"({"properties": {"a": {"default": 1}}})", R"({"a": null})") == R"({"a":null})");
    BOOST_TEST(filled(R"({"items": {"properties": {"a": {"default": 1}}}})", "[{}, 5, {\"a\": 2}]") ==
               R"([{"a":1},5,{"a":2}])");
    BOOST_TEST(filled(R"({"additionalProperties": {"properties": {"a": {"default": 1}}}})", R"({"x": {}})") ==
               R"({"x":{"a":1}})");
    BOOST_TEST(filled(R"({"oneOf": [{"type": "string"}, {"type": "object", "properties": {"a": {"default": 1}}}]})", "{}") ==
               R"({"a":1})");
    BOOST_TEST(filled(R"({"properties": {"a": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"default": [1]}}})", "{}") ==
               R"({"a":[1]})");
}

BOOST_AUTO_TEST_CASE(secrets_at_any_depth) {
    std::string error;
    const auto rules = JsonSchemaValidator::parse(
        R"({"properties": {"a": {"writeOnly": true}, "b": {"oneOf": [{"type": "string", "writeOnly": true}, {"type": "integer"}]},
        "c": {"items": {"additionalProperties": {"writeOnly": true}}}, "d": {"patternProperties": {"^s": {"writeOnly": true}}}}})",
        error);
    auto value = json::parse(R"({"a": {"x": 1}, "b": "s", "c": [{"k": "s"}], "d": {"s1": "s", "t": "t"}, "e": 5})");
    rules->mask(value);
    BOOST_TEST(json::serialize(value) == R"({"a":"***","b":"***","c":[{"k":"***"}],"d":{"s1":"***","t":"t"},"e":5})");
}

BOOST_AUTO_TEST_SUITE_END()
