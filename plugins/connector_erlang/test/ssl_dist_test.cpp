// SPDX-License-Identifier: MIT
#include "erl_terms.hpp"
#include "ssl_dist.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::erlang {

using Kind = ErlTerm::Kind;

namespace {

ErlTerm one(std::string_view text) {
    const ErlTerms read = read_erl_terms(text);
    BOOST_TEST(read.fault == "", text << ": " << read.fault);
    BOOST_REQUIRE(read.terms.size() == 1u);
    return read.terms.front();
}

std::string fault_of_terms(std::string_view text) { return read_erl_terms(text).fault; }

} // namespace

BOOST_AUTO_TEST_SUITE(erl_terms)

BOOST_AUTO_TEST_CASE(each_kind_is_read) {
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
    BOOST_TEST((one("1.5e-3.").kind == Kind::number));
    BOOST_TEST(one("fun mod:verify/3.").text == "mod:verify/3");
    BOOST_TEST((one("[].").kind == Kind::list));
    const ErlTerm nested = one("% a comment\n[ {server, [{a,1} , b]}, {} ] . % the end");
    BOOST_TEST(nested.elements.size() == 2u);
    BOOST_TEST(nested.elements[0].is_tuple(2));
    BOOST_TEST(nested.elements[0].elements[1].elements[1].is_atom("b"));
    BOOST_TEST(read_erl_terms("a. b.\n c.").terms.size() == 3u);
    BOOST_TEST(read_erl_terms("").fault == "");
}

BOOST_AUTO_TEST_CASE(a_fault_has_its_line) {
    BOOST_TEST(fault_of_terms("[a,\n b") == "line 2: expected , or ]");
    BOOST_TEST(fault_of_terms("[a,\n") == "line 2: the file ends within a term");
    BOOST_TEST(fault_of_terms("[a\n\n X].").starts_with("line 3: expected , or ]"));
    BOOST_TEST(fault_of_terms("[a]") == "line 1: expected a full stop behind the term");
    BOOST_TEST(fault_of_terms("{a,\n\"b}.") == "line 2: expected a closing \"");
    for (const char *text : {"#{a => 1}.", "X.", "[|a].", "1000000000000000000000.", "fun(X) -> X end.", "<<1,2>>.",
                             "\"\\x{zz}\".", "\"\\x{110000}\".", "$", "{a,}.", "[a].b", "?MACRO.", "a", "'"})
        BOOST_TEST(fault_of_terms(text) != "", text);
}

BOOST_AUTO_TEST_CASE(depth_and_count_are_bounded) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']') + '.'; };
    BOOST_TEST(fault_of_terms(nested(31)) == "");
    BOOST_TEST(fault_of_terms(nested(33)) == "line 1: terms are nested deeper than 32");
    BOOST_TEST(fault_of_terms(std::string(100'000, '[')) == "line 1: terms are nested deeper than 32");
    std::string many = "[0";
    for (int i = 0; i < 5000; ++i) many += ",0";
    BOOST_TEST(fault_of_terms(many + "].") == "line 1: more than 4096 terms");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ssl_dist)

BOOST_AUTO_TEST_CASE(the_options_of_its_client_count) {
    const SslDist read = read_ssl_dist(R"(
        [{server, [{certfile, "/s.pem"}, {keyfile, "/s.key"}, {cacertfile, "/s.ca"}, {verify, verify_peer}]},
         {client, [{certfile, "/c.pem"}, {keyfile, <<"/c.key">>}, {password, "pw"}, {cacertfile, "/c.ca"},
                   {verify, verify_peer}, {versions, ['tlsv1.3', 'tlsv1.2']}, {secure_renegotiate, true}]}].)");
    BOOST_TEST(read.fault == "");
    BOOST_TEST(read.certfile == "/c.pem");
    BOOST_TEST(read.keyfile == "/c.key");
    BOOST_TEST(read.password == "pw");
    BOOST_TEST(read.cacertfile == "/c.ca");
    BOOST_TEST((read.verify == true));
    BOOST_TEST(read.min_version == 0x0303u);
    BOOST_TEST(read.max_version == 0x0304u);
    BOOST_TEST(read.passed_over.empty());
}

BOOST_AUTO_TEST_CASE(what_its_client_lacks_is_the_servers) {
    const SslDist read = read_ssl_dist(R"([{server, [{certfile, "/s.pem"}, {keyfile, "/s.key"}, {cacertfile, "/s.ca"}]}].)");
    BOOST_TEST(read.certfile == "/s.pem");
    BOOST_TEST(read.keyfile == "/s.key");
    BOOST_TEST(read.cacertfile == "/s.ca");
    BOOST_TEST(!read.verify.has_value());
    BOOST_TEST(read.min_version == 0u);
    // Who verifies nothing needs nobody's authorities.
    const SslDist none = read_ssl_dist(
        R"([{server, [{cacertfile, "/s.ca"}]}, {client, [{verify, verify_none}, {verify_fun, {fun m:f/3, []}}]}].)");
    BOOST_TEST((none.verify == false));
    BOOST_TEST(none.cacertfile == "");
    BOOST_REQUIRE(none.passed_over.size() == 1u);
    BOOST_TEST(none.passed_over[0] == "verify_fun");
}

BOOST_AUTO_TEST_CASE(of_several_certificates_the_first_counts) {
    const SslDist read = read_ssl_dist(
        R"([{client, [{certs_keys, [{certfile, "no tuple in a list"}, [{certfile, "/a.pem"}, {keyfile, "/a.key"}], [{certfile, "/b.pem"}]]}]}].)");
    BOOST_TEST(read.certfile == "/a.pem");
    BOOST_TEST(read.keyfile == "/a.key");
}

BOOST_AUTO_TEST_CASE(what_is_no_such_file_is_a_fault) {
    BOOST_TEST(read_ssl_dist("").fault == "expected one list, [{server, Options}, {client, Options}]");
    BOOST_TEST(read_ssl_dist("{client, []}.").fault == "expected one list, [{server, Options}, {client, Options}]");
    BOOST_TEST(read_ssl_dist("[{client, [}].").fault.starts_with("line 1: expected a term"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang
