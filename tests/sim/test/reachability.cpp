// SPDX-License-Identifier: MIT
#include <tests/sim/ground.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::sim;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(ground)

BOOST_AUTO_TEST_CASE(it_is_calm_when_nothing_was_wrong_for_a_minute) {
    Ground ground(3);
    BOOST_TEST(!ground.calm(0, 1, 59s)); // the beginning of the world is a disturbance too
    BOOST_TEST(ground.calm(0, 1, 60s));
    ground.afflict(0, true, 100s);
    BOOST_TEST(!ground.calm(0, 1, 1h));
    BOOST_TEST(!ground.calm(1, 0, 1h));
    BOOST_TEST(ground.calm(1, 2, 1h));
    ground.afflict(0, true, 1h); // twice, by two faults
    ground.afflict(0, false, 2h);
    BOOST_TEST(!ground.calm(0, 1, 3h));
    ground.afflict(0, false, 3h);
    BOOST_TEST(!ground.calm(0, 1, 3h + 59s));
    BOOST_TEST(ground.calm(0, 1, 3h + 60s));
    ground.shake(1, 4h);
    BOOST_TEST(!ground.calm(0, 1, 4h + 59s));
    BOOST_TEST(ground.calm(0, 1, 4h + 60s));
}

BOOST_AUTO_TEST_CASE(islands_and_weather_concern_all) {
    Ground ground(3);
    Bits first;
    first.add(0);
    ground.islands({first}, 1h);
    BOOST_TEST(!ground.calm(0, 1, 2h));
    BOOST_TEST(ground.calm(1, 2, 2h));
    ground.islands({}, 2h);
    BOOST_TEST(!ground.calm(0, 1, 2h + 59s));
    BOOST_TEST(ground.calm(0, 1, 2h + 60s));
    ground.afflict_all(true, 3h);
    BOOST_TEST(!ground.calm(1, 2, 4h));
    ground.afflict_all(false, 4h);
    BOOST_TEST(ground.calm(1, 2, 4h + 60s));
}

BOOST_AUTO_TEST_SUITE_END()
