// SPDX-License-Identifier: MIT
#include "hosts_file_parser.hpp"

#include <boost/test/unit_test.hpp>

using erlang_hosts::parse_hosts_file;
using Hosts = std::vector<std::string>;

namespace {

Hosts hosts(std::string_view text) {
    auto read = parse_hosts_file(text, "h");
    BOOST_REQUIRE_MESSAGE(read, (read ? "" : read.error().text));
    return *read;
}

std::string why(std::string_view text) {
    const auto read = parse_hosts_file(text, "h");
    BOOST_REQUIRE_MESSAGE(!read, "it is read");
    BOOST_TEST(read.status() == KITH_INVALID);
    return read.error().text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hosts_file_parser)

BOOST_AUTO_TEST_CASE(hosts_are_read_as_atoms_with_full_stops) {
    BOOST_TEST(hosts("'super.eua.ericsson.se'.\n'renat.eua.ericsson.se'.\n") ==
               (Hosts{"super.eua.ericsson.se", "renat.eua.ericsson.se"}));
    BOOST_TEST(hosts("a. b.\tc\n.") == (Hosts{"a", "b", "c"}));
    BOOST_TEST(hosts("") == Hosts{});
    BOOST_TEST(hosts("\n% nobody yet\n") == Hosts{});
    BOOST_TEST(hosts("% one\n'a'. % two\n'b'.%three") == (Hosts{"a", "b"}));
    BOOST_TEST(hosts("a % between\n .\r\n") == (Hosts{"a"}));
    BOOST_TEST(hosts("aB_1. '10.0.0.8'. '::1'. 'a-b'. node1.") == (Hosts{"aB_1", "10.0.0.8", "::1", "a-b", "node1"}));
}

BOOST_AUTO_TEST_CASE(a_repeated_host_is_read_once) { BOOST_TEST(hosts("a. 'a'. b. a.") == (Hosts{"a", "b"})); }

// Each of these was also checked with erl_scan.
BOOST_AUTO_TEST_CASE(escape_sequences_are_decoded_as_in_erlang) {
    BOOST_TEST(hosts(R"('a\x41\101\60z'.)") == (Hosts{"aAA0z"}));
    BOOST_TEST(hosts(R"('\x{e4}\q\'\\'.)") == (Hosts{"\xc3\xa4q'\\"}));
    BOOST_TEST(hosts(R"('\x{1f600}\x{20ac}'.)") == (Hosts{"\xf0\x9f\x98\x80\xe2\x82\xac"}));
    BOOST_TEST(hosts("'\xc3\xa4'. \xc3\xa4.") == (Hosts{"\xc3\xa4"}));
    for (const char *control : {R"('\b'.)", R"('\d'.)", R"('\e'.)", R"('\f'.)", R"('\n'.)", R"('\r'.)", R"('\s'.)", R"('\t'.)",
                                R"('\v'.)", R"('\^A'.)", R"('\0'.)"})
        BOOST_TEST(why(control).starts_with("h:1:1: expected the name of a host, found the atom \""));
    BOOST_TEST(why(R"('a\sb'.)") == R"(h:1:1: expected the name of a host, found the atom "a b")");
}

BOOST_AUTO_TEST_CASE(syntax_errors_are_reported_with_their_position) {
    BOOST_TEST(why("a.\nb c.\n") == "h:2:3: expected a full stop after b, found \"c\"");
    BOOST_TEST(why("a.\nb") == "h:2:2: expected a full stop after b, found the end of the file");
    BOOST_TEST(
        why("renat.eua.") ==
        "h:1:6: expected a blank or the end of the line after the full stop; write a name with dots in quotes: 'host.example'");
    BOOST_TEST(why("'a'.'b'.").starts_with("h:1:4: expected a blank or the end of the line after the full stop"));
    BOOST_TEST(why("a-b.") == "h:1:2: expected a full stop after a, found \"-\"; write a name with a hyphen in quotes: 'a-b'");
    BOOST_TEST(why("  'open.\n'b'.") == "h:1:3: expected a closing quote for this one before the end of the line");
    BOOST_TEST(why("'open") == "h:1:1: expected a closing quote for this one before the end of the line");
    BOOST_TEST(why("10.0.0.8.") ==
               "h:1:1: expected the name of a host as an atom, such as 'host.example' or host, found \"1\"");
    BOOST_TEST(why("{a, b}.").ends_with("found \"{\""));
    BOOST_TEST(why("\"a\".").ends_with("found \"\\\"\""));
    BOOST_TEST(why("Host.").ends_with("found \"H\""));
    BOOST_TEST(why("\n\n .").starts_with("h:3:2: expected the name of a host as an atom"));
    BOOST_TEST(why("end.") == "h:1:1: expected the name of a host, found a reserved word of Erlang; write it in quotes: 'end'");
    BOOST_TEST(why("''.") == "h:1:1: expected the name of a host, found the atom \"\"");
    BOOST_TEST(why("'a@b'.") == "h:1:1: expected the name of a host, found the atom \"a@b\"");
    for (const char *host : {"0.0.0.0", "::", "224.0.0.1", "10.0.0.9:4369", "[fd00::1]"})
        BOOST_TEST(why("'" + std::string(host) + "'.")
                       .starts_with("h:1:1: expected the name or the address of a host, found \"" + std::string(host)));
    BOOST_TEST(why("'a b'.") == "h:1:1: expected the name of a host, found the atom \"a b\"");
    BOOST_TEST(why("'" + std::string(256, 'a') + "'.").starts_with("h:1:1: expected the name of a host, found the atom \"aaa"));
    BOOST_TEST(why("a. \xff") ==
               "h:1:4: expected the name of a host as an atom, such as 'host.example' or host, found the byte "
               "\"\\xff\", which is not UTF-8");
    BOOST_TEST(why("'a\xe4'.") == "h:1:3: expected text in UTF-8, found the byte \"\\xe4\", which is not UTF-8");
    BOOST_TEST(why(R"('\xg'.)") == R"(h:1:3: expected the number of a character, such as \xe4 or \x{e4})");
    BOOST_TEST(why(R"('\x{d800}'.)").starts_with("h:1:3: expected the number of a character"));
    BOOST_TEST(why(R"('\x{110000}'.)").starts_with("h:1:3: expected the number of a character"));
    BOOST_TEST(why(R"('\^a'.)") == "h:1:4: expected a letter after \\^, found \"a\"");
    BOOST_TEST(why("'\\\n'.") == "h:1:3: expected a character after \\, found the end of the line");
}

BOOST_AUTO_TEST_CASE(columns_are_counted_in_characters) {
    BOOST_TEST(why("'\xc3\xa4'. %\xc3\xa4\n'\xc3\xa4' x").starts_with("h:2:5: "));
}

BOOST_AUTO_TEST_CASE(more_than_10000_hosts_are_refused) {
    std::string text;
    for (std::size_t i = 0; i < erlang_hosts::max_hosts; ++i) text += "h" + std::to_string(i) + ".\n";
    BOOST_TEST(hosts(text).size() == erlang_hosts::max_hosts);
    const auto read = parse_hosts_file(text + "one_more.\n", "h");
    BOOST_REQUIRE(!read);
    BOOST_TEST(read.status() == KITH_LIMIT);
    BOOST_TEST(read.error().text == "h:10001:1: more than 10000 hosts");
}

BOOST_AUTO_TEST_SUITE_END()
