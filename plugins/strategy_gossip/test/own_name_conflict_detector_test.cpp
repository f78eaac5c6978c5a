// SPDX-License-Identifier: MIT
#include "own_name_conflict_detector.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(own_name_conflict_detector)

BOOST_AUTO_TEST_CASE(each_source_address_of_the_own_name_is_checked_once) {
    gossip::OwnNameConflictDetector own;
    BOOST_TEST(!own.known());
    own.set("a@h", 7);
    BOOST_TEST((own.known() && own.is(7) && !own.is(8)));
    BOOST_TEST(!own.heard_at(2));
    BOOST_TEST(own.must_check(2));
    BOOST_TEST(!own.must_check(4)); // one check at a time
    BOOST_TEST(!own.checked("a@h", 2, true));
    BOOST_TEST(own.heard_at(2));
    BOOST_TEST(own.must_check(4));
    BOOST_TEST(!own.checked("a@h", 4, true));
    BOOST_TEST(!own.must_check(2)); // known as ours
    BOOST_TEST(own.heard_at(2));
}

BOOST_AUTO_TEST_CASE(a_second_machine_with_the_own_name_is_reported_once_for_each_name) {
    gossip::OwnNameConflictDetector own;
    own.set("a@h", 7);
    BOOST_TEST(own.must_check(2));
    BOOST_TEST(own.checked("a@h", 2, false));
    BOOST_TEST(!own.must_check(4));
    own.set("b@h", 9);
    BOOST_TEST(own.must_check(4));
    BOOST_TEST(!own.checked("a@h", 4, false)); // the answer is about another name
    BOOST_TEST(own.must_check(4));
    own.clear();
    BOOST_TEST((!own.known() && !own.is(9)));
}

BOOST_AUTO_TEST_SUITE_END()
