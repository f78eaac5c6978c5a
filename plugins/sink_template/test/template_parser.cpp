// SPDX-License-Identifier: MIT
#include "template_parser.hpp"
#include "ready_made.hpp"

#include <boost/test/unit_test.hpp>

using sink_template::parse_template;

namespace {

/// The error of a template; empty when there is none.
std::string refusal(std::string_view text) {
    const auto parsed = parse_template(text);
    return parsed ? std::string() : parsed.error().text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(template_parser)

BOOST_AUTO_TEST_CASE(the_ready_made_ones_are_good) {
    for (const auto &one : sink_template::ready_made_templates) BOOST_TEST(refusal(one.text) == "", one.name);
}

BOOST_AUTO_TEST_CASE(sections_and_blocks) {
    const auto parsed = parse_template("a{{each}}b{{name}}c{{between}}d{{else}}e{{end}}f{{each}}{{key}}{{end}}");
    BOOST_REQUIRE(parsed.status() == KITH_OK);
    BOOST_REQUIRE(parsed->size() == 3u);
    const auto &first = (*parsed)[0];
    BOOST_TEST(first.before[0].text == "a");
    BOOST_REQUIRE(first.body.size() == 2u);
    BOOST_TEST(first.body[0].text == "b");
    BOOST_TEST(first.body[0].has_value);
    BOOST_TEST(first.body[1].text == "c");
    BOOST_TEST(first.between[0].text == "d");
    BOOST_TEST(first.otherwise[0].text == "e");
    BOOST_TEST((*parsed)[1].before[0].text == "f");
    BOOST_TEST(!(*parsed)[2].has_block);
}

BOOST_AUTO_TEST_CASE(a_line_with_a_block_tag_only_is_left_out) {
    const auto parsed = parse_template("x\n  {{each}} \r\n  {{name}}\n{{ end }}\ny\n");
    BOOST_REQUIRE(parsed.status() == KITH_OK);
    BOOST_TEST((*parsed)[0].before[0].text == "x\n");
    BOOST_TEST((*parsed)[0].body[0].text == "  ");
    BOOST_TEST((*parsed)[0].body[1].text == "\n");
    BOOST_TEST((*parsed)[1].before[0].text == "y\n");
}

BOOST_AUTO_TEST_CASE(alternatives_and_forms) {
    const auto parsed = parse_template(R"({{each}}{{ attribute.a/b-c ?? host ?? "x.y" | hostname | json }}{{end}})");
    BOOST_REQUIRE(parsed.status() == KITH_OK);
    const auto &value = (*parsed)[0].body[0].value;
    BOOST_REQUIRE(value.alternatives.size() == 3u);
    BOOST_TEST(value.alternatives[0].text == "a/b-c");
    BOOST_TEST((value.alternatives[1].origin == sink_template::Origin::host));
    BOOST_TEST(value.alternatives[2].text == "x.y");
    BOOST_TEST(value.host);
    BOOST_TEST((value.form == sink_template::Form::json));
}

BOOST_AUTO_TEST_CASE(errors_name_line_and_column) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a\n b {{nam}}", "line 2, column 4: `nam` is unknown; expected name, key, host"},
        {"{{each}}\n{{name", "line 2, column 1: `{{` has no `}}` on the same line"},
        {"{{each}}{{name\n}}{{end}}", "line 1, column 9: `{{` has no `}}` on the same line"},
        {"{{name}}", "line 1, column 1: `name` is of a peer, so it stands between"},
        {"{{each}}{{else}}{{host}}{{end}}", "line 1, column 17: `host` is of a peer"},
        {"{{each}}{{count}}{{end}}", "line 1, column 9: `count` stands outside of `{{each}}`"},
        {"\n{{each}}{{each}}", "line 2, column 9: `{{each}}` stands within another"},
        {"\n\n {{each}}", "line 3, column 2: `{{each}}` has no `{{end}}`"},
        {"{{end}}", "line 1, column 1: `{{end}}` has no `{{each}}` before it"},
        {"{{each}}{{else}}{{between}}{{end}}", "line 1, column 17: `{{between}}` comes once, and before `{{else}}`"},
        {"{{each}}{{else}}{{else}}{{end}}", "line 1, column 17: `{{else}}` comes once"},
        {"{{each}}{{name | raw}}{{end}}", "line 1, column 9: `raw` is unknown; expected ip, hostname, port, json, id or bare"},
        {"{{each}}{{name | json | id}}{{end}}", "line 1, column 9: one of json, id and bare is expected"},
        {"{{each}}{{attribute.}}{{end}}", "line 1, column 9: `attribute.` is unknown"},
        {"{{each}}{{attribute.a b}}{{end}}", "line 1, column 9: the name of an attribute is one word"},
        {"{{each}}{{\"a;b\"}}{{end}}", "line 1, column 9: the text in quotes: it contains the byte 0x3b"},
        {"{{each}}{{\"a}}{{end}}", "line 1, column 9: a text in quotes has no end"},
        {"{{each}}{{\"a\" ?? name}}{{end}}", "line 1, column 9: nothing comes after a text in quotes"},
        {"{{}}", "line 1, column 1: `` is unknown"},
        {"{{\x01}}", "line 1, column 1: `?` is unknown"},
    };
    for (const auto &[text, expected] : cases) {
        const std::string error = refusal(text);
        BOOST_TEST(error.starts_with(expected), text << " gives: " << error);
    }
}

BOOST_AUTO_TEST_CASE(limits) {
    std::string many = "{{each}}";
    for (int i = 0; i < 1000; ++i) many += "{{name}}";
    BOOST_TEST(refusal(many + "{{end}}").find("at most 1000 tags") != std::string::npos);
    BOOST_TEST(parse_template(std::string(sink_template::max_template_bytes + 1, 'x')).status() == KITH_LIMIT);
    BOOST_TEST(parse_template(std::string(sink_template::max_template_bytes, '{')).status() == KITH_INVALID);
    BOOST_TEST(refusal("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
