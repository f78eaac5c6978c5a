// SPDX-License-Identifier: MIT
#include <erlang_terms/term_file_parser.hpp>

#include <boost/test/unit_test.hpp>

using namespace erlang_terms;

using Kind = Term::Kind;

namespace {

Term one(std::string_view text) {
    const TermFile read = parse_term_file(text);
    BOOST_TEST(read.fault == "", text << ": " << read.fault);
    BOOST_REQUIRE(read.terms.size() == 1u);
    return read.terms.front();
}

std::string fault_of_terms(std::string_view text) { return parse_term_file(text).fault; }

} // namespace

BOOST_AUTO_TEST_SUITE(term_file_parser)

BOOST_AUTO_TEST_CASE(every_kind_of_term_is_read) {
    BOOST_TEST(one("verify_peer.").is_atom("verify_peer"));
    BOOST_TEST(one("'tlsv1.3' .").is_atom("tlsv1.3"));
    BOOST_TEST(one("\"/etc/a \\\"b\\\".pem\".").text == "/etc/a \"b\".pem");
    BOOST_TEST(one("\"a\\x{e9}\\101\\n\" \"b\".").text == "a\xc3\xa9"
                                                          "A\nb");
    BOOST_TEST(one("<<\"bin\">>.").text == "bin");
    BOOST_TEST((one("<<>>.").kind == Kind::binary));
    BOOST_TEST(one("-12.").integer == -12);
    BOOST_TEST(one("16#ff.").integer == 255);
    BOOST_TEST(one("$a.").integer == 97);
    BOOST_TEST((one("1.5e-3.").kind == Kind::real));
    BOOST_TEST(one("fun mod:verify/3.").text == "mod:verify/3");
    BOOST_TEST((one("[].").kind == Kind::list));
    const Term nested = one("% a comment\n[ {server, [{a,1} , b]}, {} ] . % the end");
    BOOST_TEST(nested.elements.size() == 2u);
    BOOST_TEST(nested.elements[0].is_tuple(2));
    BOOST_TEST(nested.elements[0].elements[1].elements[1].is_atom("b"));
    BOOST_TEST(parse_term_file("a. b.\n c.").terms.size() == 3u);
    BOOST_TEST(parse_term_file("").fault == "");
}

BOOST_AUTO_TEST_CASE(a_fault_is_reported_with_its_line) {
    BOOST_TEST(fault_of_terms("[a,\n b") == "line 2: expected , or ]");
    BOOST_TEST(fault_of_terms("[a,\n") == "line 2: the file ends within a term");
    BOOST_TEST(fault_of_terms("[a\n\n X].").starts_with("line 3: expected , or ]"));
    BOOST_TEST(fault_of_terms("[a]") == "line 1: expected a full stop behind the term");
    BOOST_TEST(fault_of_terms("{a,\n\"b}.") == "line 2: expected a closing quote for this one before the end of the file");
    for (const char *text :
         {"#{a => 1}.", "X.", "[|a].", "1000000000000000000000.", "fun(X) -> X end.", "<<1,2>>.", "\"\\x{zz}\".",
          "\"\\x{110000}\".", "$", "{a,}.", "[a].b", "?MACRO.", "a", "'", "{and, b}.", "\"\xe4\"."})
        BOOST_TEST(fault_of_terms(text) != "", text);
}

BOOST_AUTO_TEST_CASE(terms_over_the_depth_or_count_limit_are_refused) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']') + '.'; };
    BOOST_TEST(fault_of_terms(nested(31)) == "");
    BOOST_TEST(fault_of_terms(nested(33)) == "line 1: terms are nested deeper than 32");
    BOOST_TEST(fault_of_terms(std::string(100'000, '[')) == "line 1: terms are nested deeper than 32");
    std::string many = "[0";
    for (int i = 0; i < 5000; ++i) many += ",0";
    BOOST_TEST(fault_of_terms(many + "].") == "line 1: more than 4096 terms");
}

BOOST_AUTO_TEST_SUITE_END()
