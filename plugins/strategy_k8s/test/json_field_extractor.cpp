// SPDX-License-Identifier: MIT
#include "../json_field_extractor.hpp"

#include <boost/test/unit_test.hpp>

using namespace k8s;
using PickKind = FieldSpec::Kind;

namespace {

constexpr FieldSpec inner[] = {{"t", PickKind::text, 11}, {"f", PickKind::flag, 12}};
constexpr FieldSpec outer[] = {{"text", PickKind::text, 1},
                               {"number", PickKind::number, 2},
                               {"flag", PickKind::flag, 3},
                               {"object", PickKind::object, 4, inner},
                               {"texts", PickKind::texts, 5},
                               {"objects", PickKind::objects, 6, inner},
                               {"perhaps", PickKind::object_or_other, 7, inner}};

struct Told : FieldHandler {
    void opened(Field field) override { all += "{" + std::to_string(field) + " "; }
    void closed(Field field) override { all += "}" + std::to_string(field) + " "; }
    void text(Field field, std::string_view value) override { all += std::to_string(field) + "=" + std::string(value) + " "; }
    void number(Field field, std::int64_t value) override { all += std::to_string(field) + "=#" + std::to_string(value) + " "; }
    void flag(Field field, bool value) override { all += std::to_string(field) + (value ? "=yes " : "=no "); }
    std::string all;
};

// In pieces of every size; each must give the same result.
std::string told(std::string_view text) {
    std::string first;
    for (std::size_t size = text.size(); size > 0; --size) {
        Told to;
        JsonFieldExtractor extractor(outer, to);
        for (std::size_t at = 0; at < text.size(); at += size) {
            const auto piece = text.substr(at, size);
            const auto used = extractor.read(piece);
            if (!used) {
                to.all += "! " + used.error().text;
                break;
            }
            BOOST_TEST(*used == piece.size());
        }
        if (size == text.size()) first = to.all;
        BOOST_TEST(to.all == first, "in pieces of " << size);
        if (first.find('!') == std::string::npos) BOOST_TEST(extractor.done());
    }
    return first;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_requested_fields_are_extracted) {
    BOOST_TEST(told(R"({"x": {"text": "no"}, "text": "a\u00e9b", "y": [1, {"text": [[]]}], "number": -3, "flag": true})") ==
               "1=a\xc3\xa9"
               "b 2=#-3 3=yes ");
    BOOST_TEST(
        told(
            R"({"object": {"t": "in", "f": false, "object": {"t": "no"}}, "texts": ["a", "b"], "objects": [{}, {"t": "x"}]})") ==
        "{4 11=in 12=no }4 5=a 5=b {6 }6 {6 11=x }6 ");
    BOOST_TEST(told(R"({"text": null, "object": null, "objects": null, "perhaps": "no", "flag": null})").empty());
    BOOST_TEST(told(R"({"perhaps": {"t": "yes"}})") == "{7 11=yes }7 ");
    BOOST_TEST(told(R"({"perhaps": [{"t": "no"}], "text": "go on"})") == "1=go on ");
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_is_refused_with_its_path) {
    BOOST_TEST(told(R"({"text": 7})") == "! expected a string at text");
    BOOST_TEST(told(R"({"text": 18446744073709551615})") == "! expected a string at text");
    BOOST_TEST(told(R"({"number": 1.5})") == "! expected an integer at number");
    BOOST_TEST(told(R"({"flag": "yes"})") == "! expected true or false at flag");
    BOOST_TEST(told(R"({"object": []})") == "! expected an object at object");
    BOOST_TEST(told(R"({"objects": {}})") == "! expected a list of objects at objects");
    BOOST_TEST(told(R"({"objects": ["a"]})") == "! expected a list of objects at objects");
    BOOST_TEST(told(R"({"objects": [[]]})") == "! expected a list of objects at objects");
    BOOST_TEST(told(R"({"texts": [{}]})") == "! expected a list of strings at texts");
    BOOST_TEST(told(R"({"objects": [{"f": 1}]})") == "{6 ! expected true or false at objects.f");
    BOOST_TEST(told(R"([])") == "! expected an object at the top level");
    BOOST_TEST(told(R"(7 )") == "! expected an object at the top level");
    BOOST_TEST(told(R"(null )") == "! expected an object at the top level");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_json_is_refused) {
    for (const char *bad : {"x", "{]", "{\"text\" 7}", "{\"text\": \"\x01\"}", "{\"text\": \"\xff\"}", "{\"a\": nul }"}) {
        Told to;
        JsonFieldExtractor extractor(outer, to);
        const auto used = extractor.read(bad);
        BOOST_REQUIRE(!used);
        BOOST_TEST(used.error().text.starts_with("it is not JSON"), used.error().text);
    }
    Told to;
    JsonFieldExtractor deep(outer, to);
    BOOST_TEST(!deep.read(R"({"x":)" + std::string(100, '[')));
}

// Blocks of 16 bytes are examined at once: runs of backslashes begin at each place of one, and go over its end.
BOOST_AUTO_TEST_CASE(an_unselected_string_ends_at_its_first_unescaped_quote) {
    for (std::size_t before = 0; before < 34; ++before) {
        for (std::size_t run = 0; run < 36; ++run) {
            const std::string text =
                R"({"x": ")" + std::string(before, 'a') + std::string(run, '\\') + R"(", "text": "in", "y": "z"})";
            Told to;
            JsonFieldExtractor extractor(outer, to);
            const auto used = extractor.read(text);
            if (run % 2 == 0) {
                BOOST_TEST(!!used, before << " " << run);
                BOOST_TEST(to.all == "1=in ");
            } else {
                BOOST_TEST(to.all.empty(), before << " " << run); // the string goes on to the next quote
                BOOST_TEST((!used || !extractor.done()));
            }
        }
    }
    for (const char *escape :
         {"\\q", "\\u12g4", "\\ud800\\u0041", "\\udc00", "\x1f", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
        for (std::size_t before = 0; before < 34; ++before) {
            Told to;
            JsonFieldExtractor extractor(outer, to);
            BOOST_TEST(!extractor.read(R"({"x": ")" + std::string(before, 'a') + escape + std::string(20, 'b') + R"("})"),
                       escape << " after " << before);
        }
    }
}

BOOST_AUTO_TEST_CASE(only_requested_strings_are_limited_in_length) {
    Told to;
    JsonFieldExtractor extractor(outer, to);
    BOOST_TEST(!!extractor.read(R"({"x": ")"));
    for (int i = 0; i < 100; ++i) BOOST_TEST(!!extractor.read(std::string(10'000, 'x')));
    BOOST_TEST(!!extractor.read(R"(", "text": ")"));
    BOOST_TEST(!!extractor.read(std::string(JsonFieldExtractor::max_text, 'x')));
    const auto over = extractor.read("xx");
    BOOST_REQUIRE(!over);
    BOOST_TEST(over.error().text == "a string of more than 16384 bytes at text");
}

BOOST_AUTO_TEST_CASE(two_documents_in_a_row_are_read_after_a_reset) {
    Told to;
    JsonFieldExtractor extractor(outer, to);
    const std::string_view both = R"({"text": "a"}{"text": "b"})";
    const auto used = extractor.read(both);
    BOOST_REQUIRE(!!used);
    BOOST_TEST(*used == 13u);
    BOOST_TEST(extractor.done());
    extractor.reset();
    BOOST_TEST(extractor.fresh());
    BOOST_TEST(!!extractor.read(both.substr(*used)));
    BOOST_TEST(to.all == "1=a 1=b ");
}
