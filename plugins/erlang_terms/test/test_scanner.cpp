// SPDX-License-Identifier: MIT
#include <erlang_terms/scanner.hpp>

#include <boost/test/unit_test.hpp>

using namespace erlang_terms;

namespace {

std::string quoted(std::string_view text, bool one_line = true) { return Scanner(text).quoted(text.front(), one_line); }

SyntaxError why(std::string_view text, bool one_line = true) {
    try {
        quoted(text, one_line);
    } catch (const SyntaxError &error) {
        return error;
    }
    return {{}, "it is scanned"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(scanner)

BOOST_AUTO_TEST_CASE(positions_are_counted_in_lines_and_characters) {
    Scanner it("\xc3\xa4 % \xff\n  b");
    BOOST_TEST(it.bare_word() == "\xc3\xa4");
    BOOST_TEST(it.position().column == 2u);
    it.skip();
    BOOST_TEST(it.position().line == 2u);
    BOOST_TEST(it.position().column == 3u);
    BOOST_TEST(it.bare_word() == "b");
    BOOST_TEST(it.found() == "found the end of the file");
}

BOOST_AUTO_TEST_CASE(escape_sequences_of_quoted_text_are_decoded) {
    BOOST_TEST(quoted(R"('a\x41\101\60z')") == "aAA0z");
    BOOST_TEST(quoted(R"("\x{e4}\q\"\\\'")") == "\xc3\xa4q\"\\'");
    BOOST_TEST(quoted(R"('\b\d\e\f\n\r\s\t\v\^A')") == "\x08\x7f\x1b\x0c\n\r \t\x0b\x01");
    BOOST_TEST(quoted("\"a\nb\"", false) == "a\nb");
}

BOOST_AUTO_TEST_CASE(malformed_quoted_text_is_refused_with_a_reason) {
    BOOST_TEST(why("'a\n'").expected == "expected a closing quote for this one before the end of the line");
    BOOST_TEST(why("'a\n", false).expected == "expected a closing quote for this one before the end of the file");
    BOOST_TEST(why("'a\xe4'").expected == "expected text in UTF-8, found the byte \"\\xe4\", which is not UTF-8");
    BOOST_TEST(why("'a\xe4'").position.column == 3u);
    for (const char *number : {"'\\xg'", "'\\x4'", "'\\x{}'", "'\\x{d800}'", "'\\x{110000}'", "'\\x{41'"})
        BOOST_TEST(why(number).expected == "expected the number of a character, such as \\xe4 or \\x{e4}", number);
    BOOST_TEST(why("'\\^a'").expected == "expected a letter after \\^, found \"a\"");
    BOOST_TEST(why("'\\\n'").expected == "expected a character after \\, found the end of the line");
}

BOOST_AUTO_TEST_CASE(a_full_stop_must_be_followed_by_white_space_a_comment_or_the_end) {
    for (const char *good : {".", ". ", ".\n", ".% comment"}) BOOST_TEST(Scanner(good).take_full_stop(), good);
    for (const char *bad : {"", "a", ".a", ".1", "..", ".'"}) {
        Scanner it(bad);
        BOOST_TEST(!it.take_full_stop(), bad);
        BOOST_TEST(it.rest() == bad);
    }
}

BOOST_AUTO_TEST_CASE(reserved_words_are_recognised) {
    for (const char *word : {"after", "fun", "xor", "of"}) BOOST_TEST(is_reserved(word), word);
    for (const char *word : {"server", "", "function", "maybe"}) BOOST_TEST(!is_reserved(word), word);
}

BOOST_AUTO_TEST_SUITE_END()
