// SPDX-License-Identifier: MIT
#include <core/cluster/membership/largest_recent_size.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(largest_recent_size)

BOOST_AUTO_TEST_CASE(the_largest_size_within_the_window) {
    LargestRecentSize window;
    BOOST_CHECK_EQUAL(window.largest(3, 0, 10), 3U);
    window.changed(15, 100); // 15 until 100
    BOOST_CHECK_EQUAL(window.largest(10, 105, 10), 15U);
    window.changed(10, 106);
    BOOST_CHECK_EQUAL(window.largest(8, 110, 10), 15U);
    BOOST_CHECK_EQUAL(window.largest(8, 111, 10), 10U);
    BOOST_CHECK_EQUAL(window.largest(20, 111, 10), 20U);
    BOOST_CHECK_EQUAL(window.largest(8, 117, 10), 8U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
