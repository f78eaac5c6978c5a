// SPDX-License-Identifier: MIT
//
// Who is trusted, and what is said of those who are not.
#include "web.hpp"

using namespace kith::test;

using Sites = boost::mp11::mp_list<Real>;

BOOST_AUTO_TEST_SUITE(secure)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_trusted_server_answers, Ground, Sites) {
    Web<Ground> web(Shows::good);
    web.site.server.route("/peers", HttpReply(200, "a@h b@h").field("X-Kith", "yes"));
    const Completion head = web.ask("/peers");
    BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
    BOOST_TEST(head.code == 200u);
    BOOST_TEST(web.body(head.id).first == "a@h b@h");
    BOOST_TEST(web.whole("/peers") == "a@h b@h");
    BOOST_TEST(web.site.server.connections() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
