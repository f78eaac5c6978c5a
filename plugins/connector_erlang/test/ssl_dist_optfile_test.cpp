// SPDX-License-Identifier: MIT
#include "ssl_dist_optfile.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::erlang {

BOOST_AUTO_TEST_SUITE(ssl_dist)

BOOST_AUTO_TEST_CASE(the_client_options_are_used) {
    const SslDistOptions read = parse_ssl_dist_optfile(R"(
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

BOOST_AUTO_TEST_CASE(absent_client_options_are_taken_from_the_server_options) {
    const SslDistOptions read =
        parse_ssl_dist_optfile(R"([{server, [{certfile, "/s.pem"}, {keyfile, "/s.key"}, {cacertfile, "/s.ca"}]}].)");
    BOOST_TEST(read.certfile == "/s.pem");
    BOOST_TEST(read.keyfile == "/s.key");
    BOOST_TEST(read.cacertfile == "/s.ca");
    BOOST_TEST(!read.verify.has_value());
    BOOST_TEST(read.min_version == 0u);
    // Who verifies nothing needs nobody's authorities.
    const SslDistOptions none = parse_ssl_dist_optfile(
        R"([{server, [{cacertfile, "/s.ca"}]}, {client, [{verify, verify_none}, {verify_fun, {fun m:f/3, []}}]}].)");
    BOOST_TEST((none.verify == false));
    BOOST_TEST(none.cacertfile == "");
    BOOST_REQUIRE(none.passed_over.size() == 1u);
    BOOST_TEST(none.passed_over[0] == "verify_fun");
}

BOOST_AUTO_TEST_CASE(the_first_of_several_certificates_is_used) {
    const SslDistOptions read = parse_ssl_dist_optfile(
        R"([{client, [{certs_keys, [{certfile, "no tuple in a list"}, [{certfile, "/a.pem"}, {keyfile, "/a.key"}], [{certfile, "/b.pem"}]]}]}].)");
    BOOST_TEST(read.certfile == "/a.pem");
    BOOST_TEST(read.keyfile == "/a.key");
}

BOOST_AUTO_TEST_CASE(text_of_another_form_has_a_fault) {
    BOOST_TEST(parse_ssl_dist_optfile("").fault == "expected one list, [{server, Options}, {client, Options}]");
    BOOST_TEST(parse_ssl_dist_optfile("{client, []}.").fault == "expected one list, [{server, Options}, {client, Options}]");
    BOOST_TEST(parse_ssl_dist_optfile("[{client, [}].").fault.starts_with("line 1: expected a term"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang
