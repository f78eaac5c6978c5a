// SPDX-License-Identifier: MIT
#include <tests/sim/duration.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::sim;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(duration)

BOOST_AUTO_TEST_CASE(times_are_read_and_written) {
    BOOST_CHECK(parse_duration("500ms") == Duration(500ms));
    BOOST_CHECK(parse_duration("1h30m") == Duration(90min));
    BOOST_CHECK(parse_duration("1.5s") == Duration(1500ms));
    BOOST_CHECK(parse_duration("-1d") == Duration(-24h));
    BOOST_CHECK(parse_duration("250us") == Duration(250us));
    for (const char *bad : {"", "-", "5", "s", "5 s", "1hm", "5sec", "-5s-", "1e3s", "999999999d"}) {
        BOOST_CHECK_MESSAGE(!parse_duration(bad), bad);
    }
    BOOST_TEST(to_text(90min) == "1h30m");
    BOOST_TEST(to_text(2350ms) == "2.35s");
    BOOST_TEST(to_text(-40ms) == "-40ms");
    BOOST_TEST(to_text(0s) == "0s");
    BOOST_TEST(to_text(24h + 5s) == "1d5s");
}

BOOST_AUTO_TEST_SUITE_END()
