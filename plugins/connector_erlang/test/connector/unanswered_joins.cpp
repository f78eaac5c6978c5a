// SPDX-License-Identifier: MIT
#include "../../unanswered_joins.hpp"

#include <boost/test/unit_test.hpp>

#include <list>

namespace kith::erlang::test {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(unanswered_joins)

BOOST_AUTO_TEST_CASE(a_look_is_due_when_an_answer_takes_longer_than_usual) {
    UnansweredJoins it;
    const UnansweredJoins::Join join(it);
    BOOST_TEST(!it.look_is_due("b@h", 10s, 10s + 79ms));
    BOOST_TEST(it.look_is_due("b@h", 10s, 10s + 80ms));
}

BOOST_AUTO_TEST_CASE(a_peer_is_looked_at_once_a_minute) {
    UnansweredJoins it;
    const UnansweredJoins::Join join(it);
    BOOST_TEST(it.look_is_due("b@h", 0s, 1s));
    BOOST_TEST(!it.look_is_due("b@h", 59s, 60s));
    BOOST_TEST(it.look_is_due("c@h", 59s, 60s));
    BOOST_TEST(it.look_is_due("b@h", 60s, 61s));
}

BOOST_AUTO_TEST_CASE(none_is_due_while_others_succeed) {
    UnansweredJoins it;
    const UnansweredJoins::Join join(it);
    it.succeeded(1s);
    BOOST_TEST(!it.look_is_due("b@h", 0s, 1s + 79ms));
    BOOST_TEST(it.look_is_due("b@h", 0s, 1s + 80ms));
}

BOOST_AUTO_TEST_CASE(many_at_once_may_take_longer) {
    UnansweredJoins it;
    std::list<UnansweredJoins::Join> joins;
    for (std::size_t i = 0; i < UnansweredJoins::many; ++i) joins.emplace_back(it);
    BOOST_TEST(!it.look_is_due("b@h", 0s, 999ms));
    BOOST_TEST(it.look_is_due("b@h", 0s, 1s));
    joins.pop_back();
    BOOST_TEST(it.look_is_due("c@h", 0s, 80ms));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
