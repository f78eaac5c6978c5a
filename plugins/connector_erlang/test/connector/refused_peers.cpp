// SPDX-License-Identifier: MIT
#include "../../refused_peers.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::erlang::test {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(refused_peers)

BOOST_AUTO_TEST_CASE(a_refusal_lasts_a_minute) {
    RefusedPeers it;
    BOOST_TEST((it.find("b@h", 0s) == nullptr));
    it.add("b@h", error(KITH_UNAUTHORIZED, "its cookie"), 10s);
    BOOST_REQUIRE((it.find("b@h", 69s) != nullptr));
    BOOST_TEST(it.find("b@h", 69s)->text == "its cookie");
    BOOST_TEST((it.find("c@h", 69s) == nullptr));
    BOOST_TEST((it.find("b@h", 70s) == nullptr));
    BOOST_TEST(it.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_new_refusal_replaces_the_last_one_and_a_link_removes_it) {
    RefusedPeers it;
    it.add("b@h", error(KITH_UNAUTHORIZED, "its cookie"), 0s);
    it.add("b@h", error(KITH_DENIED, "its list of names"), 50s);
    BOOST_TEST(it.find("b@h", 100s)->status == KITH_DENIED);
    it.remove("b@h");
    BOOST_TEST((it.find("b@h", 100s) == nullptr));
}

BOOST_AUTO_TEST_CASE(refusals_whose_minute_is_over_are_removed_when_there_are_many) {
    RefusedPeers it;
    for (std::size_t i = 0; i < RefusedPeers::most; ++i) it.add("old" + std::to_string(i), error(KITH_DENIED, ""), 0s);
    it.add("new", error(KITH_DENIED, ""), 61s);
    BOOST_TEST(it.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
