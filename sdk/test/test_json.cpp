// SPDX-License-Identifier: MIT
//
// kith::json_reader and kith::json_stream. What is JSON and what it means is decided by Boost.JSON.
#define BOOST_TEST_MODULE sdk_json
#include <kith/json.hpp>
#include <kith/json_stream.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <vector>

namespace {

namespace json = boost::json;

std::optional<json::value> boosts(std::string_view text, bool *limited = nullptr) {
    boost::system::error_code fault;
    json::parse_options limits;
    limits.max_depth = kith::json_reader::max_depth;
    json::value out = json::parse({text.data(), text.size()}, fault, {}, limits);
    // A limit of Boost.JSON's own: the standard has no limit on exponents.
    if (limited != nullptr) *limited = fault == json::error::exponent_overflow;
    if (fault) return std::nullopt;
    return out;
}

// As Boost.JSON has it, but without the members that are null, which the reader leaves out. Numbers as they are in the text.
json::value rebuild(kith::json_reader &reader) {
    using kind = kith::json_reader::kind;
    switch (reader.next()) {
    case kind::object: {
        json::object out;
        for (auto &[name, value] : reader.object()) {
            const std::string kept(name);
            out[kept] = rebuild(value);
        }
        return out;
    }
    case kind::array: {
        json::array out;
        for (auto &value : reader.array()) out.push_back(rebuild(value));
        return out;
    }
    case kind::text: return json::value(reader.text());
    case kind::flag: return reader.flag();
    case kind::number: return boosts(reader.raw()).value_or(nullptr);
    default: reader.skip(); return nullptr;
    }
}

json::value without_null_members(json::value of) {
    if (auto *list = of.if_array()) {
        for (auto &one : *list) one = without_null_members(std::move(one));
    } else if (auto *members = of.if_object()) {
        json::object kept;
        for (auto &[name, value] : *members) {
            if (!value.is_null()) kept[name] = without_null_members(std::move(value));
        }
        return kept;
    }
    return of;
}

std::string fault_of(std::string_view text) {
    kith::json_reader reader(text);
    const auto good = reader.end();
    return good ? std::string() : good.error().text;
}

// Skipping a text and reading all of it accept the same, and what Boost.JSON accepts.
void compare(std::string_view text) {
    bool limited = false;
    const auto expected = boosts(text, &limited);
    if (limited) return;
    const std::string skipped = fault_of(text);
    BOOST_TEST(skipped.empty() == expected.has_value(), text << ": " << skipped);
    kith::json_reader reader(text);
    const json::value read = rebuild(reader);
    const auto good = reader.end();
    BOOST_TEST(good.has_value() == expected.has_value(), text);
    if (good && expected && text.find("null") == std::string_view::npos)
        BOOST_TEST(json::serialize(read) == json::serialize(without_null_members(*expected)), text);
}

const std::vector<std::string> texts = {
    // accepted
    "{}",
    "[]",
    " [ ] ",
    "{\"a\":1}",
    R"({"a":[1,2,{"b":[]}],"c":{}})",
    "1",
    "-0",
    "0.5e-3",
    "1E+2",
    "-1.25",
    "\"\"",
    "true",
    "false",
    "null",
    "[null]",
    R"({"a":null,"b":1})",
    "[0,-1,2.5]",
    R"(["\"\\\/\b\f\n\r\t"])",
    R"(["\u0041\u00e9\u20ac\ud83d\ude00"])",
    "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]",
    "\t\r\n {\"a\" : \"b\" } \n",
    R"({"a":1,"a":2})",
    R"({"\u0061":"\u0000"})",
    "[[[[[]]]]]",
    "[9223372036854775807,-9223372036854775808,18446744073709551615]",
    // refused
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    "{]",
    "[}",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{1:2}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "{'a':1}",
    "[1]]",
    "{}{}",
    "[] x",
    "nul",
    "nulll",
    "True",
    "tru",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "-a",
    "0x1",
    "NaN",
    "Infinity",
    "[1.e1]",
    "--1",
    "\"",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\"",
    "\"\\ud800\\ud800\"",
    "\"\n\"",
    "\"\t\"",
    "\"\x01\"",
    "\"\xff\"",
    "\"\xc3\"",
    "\"\xc0\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "{\"\xff\":1}",
    "\xef\xbb\xbf{}",
    "[1]//",
    "/**/[]",
    "[1\f]",
    "[\"a\"\"b\"]",
    "{\"a\":1:2}",
};

} // namespace

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_AUTO_TEST_CASE(it_accepts_what_boost_json_accepts) {
    for (const auto &text : texts) compare(text);
    for (const char open : {'[', '{'}) {
        for (const std::size_t depth : {63U, 64U, 65U, 10'000U}) {
            std::string text, end;
            for (std::size_t i = 0; i < depth; ++i) text += open == '[' ? "[" : "{\"a\":";
            compare(text + (open == '[' ? "" : "1") + std::string(depth, open == '[' ? ']' : '}'));
            compare(text);
        }
    }
}

BOOST_AUTO_TEST_CASE(it_accepts_of_damaged_texts_what_boost_json_accepts) {
    std::mt19937 random(7);
    const std::string_view bytes = "{}[],:\"\\u0eE+-. \n1dtfnax\xc3\xa9";
    for (int round = 0; round < 40'000; ++round) {
        std::string text = texts[random() % texts.size()] + (round % 3 == 0 ? texts[random() % texts.size()] : "");
        for (auto changes = 1 + random() % 3; changes != 0 && !text.empty(); --changes) {
            const auto at = random() % text.size();
            const char with = bytes[random() % bytes.size()];
            switch (random() % 3) {
            case 0: text[at] = with; break;
            case 1: text.insert(at, 1, with); break;
            default: text.erase(at, 1);
            }
        }
        compare(text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_read_is_skipped) {
    kith::json_reader reader(R"({"skipped":{"a":[1,{"b":"]"}]},"kept":[1,"2",3],"none":null,"last":true})");
    std::vector<std::int64_t> kept;
    bool last = false;
    for (auto &[name, value] : reader.object()) {
        BOOST_TEST(name != "none");
        if (name == "kept")
            for (auto &one : value.array()) kept.push_back(one.integer());
        if (name == "last") last = value.flag();
    }
    BOOST_TEST(reader.end().has_value());
    BOOST_TEST(kept == (std::vector<std::int64_t>{1, 2, 3}));
    BOOST_TEST(last);
}

BOOST_AUTO_TEST_CASE(a_loop_may_be_left_early) {
    kith::json_reader reader(R"([[{"a":1,"b":[2,3]},4],"after"])");
    std::string after;
    for (auto &one : reader.array()) {
        if (one.next() == kith::json_reader::kind::text) after = one.text();
        if (one.next() != kith::json_reader::kind::array) continue;
        for (auto &inner : one.array()) {
            for (auto &[name, value] : inner.object()) {
                BOOST_TEST(name == "a");
                break;
            }
            break;
        }
    }
    BOOST_TEST(reader.end().has_value());
    BOOST_TEST(after == "after");
}

BOOST_AUTO_TEST_CASE(a_name_with_escapes_is_valid_while_its_value_is_read) {
    kith::json_reader reader(R"({"\u0061\n":{"\u0062":1}})");
    for (auto &[outer, value] : reader.object()) {
        for (auto &[inner, number] : value.object()) BOOST_TEST((inner == "b" && number.integer() == 1));
        BOOST_TEST(outer == "a\n");
    }
    BOOST_TEST(reader.end().has_value());
}

BOOST_AUTO_TEST_CASE(the_first_fault_is_reported_with_its_place) {
    const auto fault = [](std::string_view text, auto read) {
        kith::json_reader reader(text);
        read(reader);
        const auto good = reader.end();
        return good ? std::string("none") : good.error().text;
    };
    const auto keys = [](kith::json_reader &reader) {
        for (auto &[name, value] : reader.object()) {
            if (name != "kvs") continue;
            for (auto &one : value.array()) {
                for (auto &[member, is] : one.object())
                    if (member == "key" && is.text() == "x") is.wrong("a key of ours");
            }
        }
    };
    BOOST_TEST(fault(R"({"kvs":[{"key":"a"},{"key":7}]})", keys) == "expected a string at kvs[1].key");
    BOOST_TEST(fault(R"({"kvs":[{"key":"a"},[]]})", keys) == "expected an object at kvs[1]");
    BOOST_TEST(fault(R"({"kvs":{}})", keys) == "expected a list at kvs");
    BOOST_TEST(fault(R"([])", keys) == "expected an object at the top level");
    BOOST_TEST(fault(R"({"kvs":[{"key":"x"}]})", keys) == "expected a key of ours at kvs[0].key");
    BOOST_TEST(fault(R"({"kvs":[{"key":"a"]})", keys) == "it is not JSON (expected a comma or } at byte 18)");
    BOOST_TEST(fault(R"({} {})", keys) == "there is more after the JSON text, at byte 3");
    BOOST_TEST(fault("", keys) == "it is not JSON (expected a value at byte 0)");
    BOOST_TEST(fault(std::string(65, '['), [](auto &) {}) == "it has more than 64 objects and lists within each other");
    BOOST_TEST(fault("1", [](auto &reader) { (void)reader.flag(), (void)reader.text(); }) ==
               "expected true or false at the top level");
    BOOST_TEST(fault("1", [](auto &reader) { (void)reader.integer(), (void)reader.integer(); }) ==
               "expected one more value at the top level");
    for (const char *no : {"1.0", "9223372036854775808", "\"\"", "\"1x\"", "true"})
        BOOST_TEST(fault(no, [](auto &reader) { BOOST_TEST(reader.integer() == 0); }) ==
                   "expected an integer of at most 64 bits at the top level");
    BOOST_TEST(fault("1e999", [](auto &reader) { BOOST_TEST(reader.number() == 0); }) == "expected a number at the top level");
    for (const char *no : {"\"?\"", "\"Zg=\""})
        BOOST_TEST(fault(no, [](auto &reader) { BOOST_TEST(reader.base64() == ""); }) == "expected base64 at the top level");
    BOOST_TEST(fault("7", [](auto &reader) { BOOST_TEST(reader.base64() == ""); }) == "expected a string at the top level");
    const std::string wide = "{\"" + std::string(63, 'a') + "\xc3\xa9" + "\":1}";
    BOOST_TEST(fault(wide, [](auto &reader) {
                   for (auto &[name, value] : reader.object()) (void)value.text();
               }) == "expected a string at " + std::string(63, 'a')); // cut, and still UTF-8
}

BOOST_AUTO_TEST_CASE(scalars) {
    BOOST_TEST(kith::json_reader("-9223372036854775808").integer() == INT64_MIN);
    BOOST_TEST(kith::json_reader("\"9223372036854775807\"").integer() == INT64_MAX);
    BOOST_TEST(kith::json_reader(" 2.5e1 ").number() == 25.0);
    BOOST_TEST(kith::json_reader(R"("Zm9v\u0059g==")").base64() == "foob");
    BOOST_TEST(kith::json_reader(R"( [1, {"a": 2}] )").raw() == R"([1, {"a": 2}])");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(json_stream)

BOOST_AUTO_TEST_CASE(texts_are_split_wherever_the_stream_is_cut) {
    const std::string all = "{\"a\":\"}\\\"{\"}\n[1,[2]]{}\r\n\n {\"b\":{\"c\":[]}}";
    const std::vector<std::string> expected{"{\"a\":\"}\\\"{\"}", "[1,[2]]", "{}", "{\"b\":{\"c\":[]}}"};
    for (std::size_t piece = 1; piece <= all.size(); ++piece) {
        kith::json_stream stream;
        std::vector<std::string> got;
        for (std::size_t at = 0; at < all.size(); at += piece) {
            BOOST_REQUIRE(stream.add(std::string_view(all).substr(at, piece)));
            while (const auto text = stream.next()) got.emplace_back(*text);
        }
        BOOST_TEST(got == expected);
        BOOST_TEST(stream.complete());
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_left_to_the_reader) {
    kith::json_stream stream;
    BOOST_REQUIRE(stream.add("nonsense }\n{\"a\""));
    BOOST_TEST(stream.next().value() == "nonsense");
    BOOST_TEST(stream.next().value() == "}");
    BOOST_TEST(!stream.next());
    BOOST_TEST(!stream.complete());
}

BOOST_AUTO_TEST_CASE(a_text_without_an_end_is_refused) {
    kith::json_stream stream(100);
    std::size_t added = 0;
    while (stream.add("[\"aaaaaaaaaa")) {
        BOOST_REQUIRE(!stream.next());
        BOOST_REQUIRE(++added < 100);
    }
    BOOST_TEST(stream.add("x").status() == KITH_LIMIT);
    kith::json_stream many(100);
    for (int i = 0; i < 1000; ++i) {
        BOOST_REQUIRE(many.add("[1,2,3]\n"));
        while (many.next()) {
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
