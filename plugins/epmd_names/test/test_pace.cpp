// SPDX-License-Identifier: MIT
#include <epmd_names/pace.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using epmd_names::Pace;

BOOST_AUTO_TEST_SUITE(pace)

BOOST_AUTO_TEST_CASE(after_failures_it_is_asked_soon_and_then_ever_more_rarely) {
    Pace pace(5s);
    BOOST_TEST((pace.good() == 5s));
    for (const auto wanted : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) BOOST_TEST((pace.bad() == wanted));
    BOOST_TEST((pace.good() == 5s));
    BOOST_TEST((pace.bad() == 1s));
}

BOOST_AUTO_TEST_CASE(a_long_interval_is_not_undercut_for_ever) {
    Pace pace(60s);
    for (const auto wanted : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) BOOST_TEST((pace.bad() == wanted));
}

BOOST_AUTO_TEST_CASE(a_short_interval_is_the_first_pause) {
    Pace pace(100ms);
    BOOST_TEST((pace.bad() == 100ms));
    BOOST_TEST((pace.bad() == 200ms));
}

BOOST_AUTO_TEST_SUITE_END()
