// SPDX-License-Identifier: MIT
#include <host/reload/change_debouncer.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

BOOST_AUTO_TEST_SUITE(change_debouncer)

BOOST_AUTO_TEST_CASE(a_change_is_reported_once_after_it_is_stable) {
    ChangeDebouncer changes("a");
    BOOST_TEST(!changes.look("a"));
    BOOST_TEST(!changes.look("b"));
    BOOST_TEST(changes.look("b"));
    BOOST_TEST(!changes.look("b"));
}

BOOST_AUTO_TEST_CASE(many_edits_are_one_change) {
    ChangeDebouncer changes("0");
    int reports = 0;
    for (int edit = 1; edit <= 200; ++edit) reports += changes.look(std::to_string(edit));
    BOOST_TEST(reports == 0);
    BOOST_TEST(changes.look("200"));
    BOOST_TEST(!changes.look("200"));
}

BOOST_AUTO_TEST_CASE(a_reverted_change_is_not_reported) {
    ChangeDebouncer changes("a");
    BOOST_TEST(!changes.look("b")); // a swap that was taken back
    BOOST_TEST(!changes.look("a"));
    BOOST_TEST(!changes.look("a"));
    BOOST_TEST(!changes.look("")); // the file is gone for a moment
    BOOST_TEST(!changes.look("c"));
    BOOST_TEST(changes.look("c"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
