// SPDX-License-Identifier: MIT
#include <kith/pace.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(pace)

BOOST_AUTO_TEST_CASE(each_failure_doubles_the_delay_up_to_thirty_seconds) {
    kith::pace pace(5s);
    BOOST_TEST((pace.good() == 5s));
    for (const auto wanted : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) BOOST_TEST((pace.bad() == wanted));
    BOOST_TEST((pace.good() == 5s));
    BOOST_TEST((pace.bad() == 1s));
}

BOOST_AUTO_TEST_CASE(the_delay_after_failures_is_within_the_interval) {
    kith::pace slow(1min), fast(100ms);
    for (int i = 0; i < 10; ++i) slow.bad();
    BOOST_TEST((slow.bad() == 1min));
    BOOST_TEST((fast.bad() == 100ms));
}

BOOST_AUTO_TEST_CASE(a_longer_delay_requested_by_the_source_is_used) {
    kith::pace pace(5s);
    BOOST_TEST((pace.bad(2min) == 2min));
    BOOST_TEST((pace.bad() == 2s));
}

BOOST_AUTO_TEST_SUITE_END()
