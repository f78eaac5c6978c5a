// SPDX-License-Identifier: MIT
#include "retry_after.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace sink_webhook;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds then{784'111'777}; // the date of the RFC's example

} // namespace

BOOST_AUTO_TEST_SUITE(retry_after_header)

BOOST_AUTO_TEST_CASE(seconds_of_at_most_an_hour) {
    BOOST_TEST((retry_after("0", then) == 0s));
    BOOST_TEST((retry_after("120", then) == 120s));
    BOOST_TEST((retry_after("3601", then) == 3600s));
    BOOST_TEST((retry_after(std::string(1000, '9'), then) == 3600s));
    for (const char *none : {"", "-1", "1.5", "soon", "1 s", " 5"}) BOOST_TEST((retry_after(none, then) == 0s), none);
}

BOOST_AUTO_TEST_CASE(a_date) {
    BOOST_REQUIRE(http_date("Sun, 06 Nov 1994 08:49:37 GMT").has_value());
    BOOST_TEST((http_date("Sun, 06 Nov 1994 08:49:37 GMT")->time_since_epoch() == then));
    BOOST_TEST((http_date("Thu, 29 Feb 2024 23:59:60 GMT")->time_since_epoch() == 1'709'251'200s), "a leap second");
    BOOST_TEST((retry_after("Sun, 06 Nov 1994 08:51:37 GMT", then) == 120s));
    BOOST_TEST((retry_after("Sun, 06 Nov 1994 08:49:36 GMT", then) == 0s), "it is over");
    BOOST_TEST((retry_after("Mon, 07 Nov 1994 08:49:37 GMT", then) == 3600s));
    for (const char *bad : {"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                            "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                            "Sun, 06 Nov 19x4 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT"})
        BOOST_TEST(!http_date(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
