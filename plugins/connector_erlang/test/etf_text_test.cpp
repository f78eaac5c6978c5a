// SPDX-License-Identifier: MIT
#include "etf/term_printer.hpp"
#include "etf/text_parser.hpp"

#include "bytes.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang::etf;
using kith::erlang::test::bytes;
using kith::erlang::test::term;

namespace {

std::string shown(const std::string &encoded, std::size_t max = 400) { return to_text(parse_bare(encoded).term, max); }

} // namespace

BOOST_AUTO_TEST_SUITE(etf_text)

BOOST_AUTO_TEST_CASE(a_parsed_term_is_printed_as_it_was_written) {
    for (const char *text :
         {"a", "'Hello World'", "'it\\'s'", "{}", "[]", "{a,[1,-2,300000],{b,[]}}", "'_'", "x@y", "9007199254740993"})
        BOOST_TEST(shown(term(text)) == text);
}

BOOST_AUTO_TEST_CASE(white_space_is_ignored) { BOOST_TEST(shown(term(" { a , [ 1 ,\n 2 ] } ")) == "{a,[1,2]}"); }

BOOST_AUTO_TEST_CASE(text_that_is_not_a_term_is_refused) {
    for (const char *text : {"", "{a", "[1,]", "A", "a b", "'open", "{a}}", "-"}) {
        std::string out = "before";
        Writer writer(out);
        BOOST_TEST(!write_text(writer, text));
        BOOST_TEST(out == "before");
    }
    std::string out;
    Writer writer(out);
    BOOST_TEST(!write_text(writer, std::string(100, '{') + std::string(100, '}')));
}

BOOST_AUTO_TEST_CASE(strings_binaries_and_other_terms_are_printed) {
    BOOST_TEST(shown(bytes({107, 0, 2, 'h', 'i'})) == "\"hi\"");
    BOOST_TEST(shown(bytes({107, 0, 2, 1, 2})) == "[1,2]");
    BOOST_TEST(shown(bytes({109, 0, 0, 0, 3, 'a', '"', '\n'})) == "<<\"a\\\"\\n\">>");
    BOOST_TEST(shown(bytes({109, 0, 0, 0, 1, 0x1b})) == "<<\"\\x1b\">>");
    BOOST_TEST(shown(bytes({108, 0, 0, 0, 1, 97, 1, 97, 2})) == "[1|2]");
    std::string map;
    Writer(map).map(1).atom("k").real(1.5);
    BOOST_TEST(shown(map) == "#{k => 1.5}");
    BOOST_TEST(to_text(TermView{}).empty());
}

BOOST_AUTO_TEST_CASE(real_numbers_are_printed_with_the_digits_that_distinguish_them) {
    const auto printed = [](double value) {
        std::string out;
        Writer(out).real(value);
        return shown(out);
    };
    BOOST_TEST(printed(0.1) == "0.1");
    BOOST_TEST(printed(-2.0) == "-2");
    BOOST_TEST(printed(0.1 + 0.2) == "0.30000000000000004");
    for (const double value : {1.0 / 3, 1e300, 5e-324, 1.7976931348623157e308, -123456789.25})
        BOOST_TEST(std::strtod(printed(value).c_str(), nullptr) == value);
}

BOOST_AUTO_TEST_CASE(long_terms_are_truncated) {
    std::string list = "[";
    for (int i = 0; i < 1000; ++i) list += "abc,";
    list += "z]";
    const std::string text = shown(term(list), 50);
    BOOST_TEST(text.size() < 70u);
    BOOST_TEST(text.ends_with("..."));
}

BOOST_AUTO_TEST_SUITE_END()
