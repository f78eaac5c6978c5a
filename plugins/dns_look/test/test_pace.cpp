// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE dns_look
#include <dns_look/pace.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using dns_look::Pace;

BOOST_AUTO_TEST_CASE(the_interval_is_the_longest_pause) {
    Pace pace(5s);
    BOOST_TEST((pace.good(std::nullopt) == 5s));
    BOOST_TEST((pace.good(5min) == 5s));
}

BOOST_AUTO_TEST_CASE(a_shorter_ttl_counts_down_to_a_second) {
    Pace pace(5s);
    BOOST_TEST((pace.good(3s) == 3s));
    BOOST_TEST((pace.good(0s) == 1s));
    Pace quick(200ms);
    BOOST_TEST((quick.good(0s) == 200ms));
}

BOOST_AUTO_TEST_CASE(after_failures_it_waits_ever_longer) {
    Pace pace(5s);
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) BOOST_TEST((pace.bad() == pause));
    BOOST_TEST((pace.good(std::nullopt) == 5s));
    BOOST_TEST((pace.bad() == 1s));
    Pace slow(2min);
    for (int i = 0; i < 10; ++i) (void)slow.bad();
    BOOST_TEST((slow.bad() == 2min));
}
