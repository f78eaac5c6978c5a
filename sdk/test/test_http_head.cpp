// SPDX-License-Identifier: MIT
#include <kith/http.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::chrono_literals;

namespace {

constexpr const char *example = "Sun, 06 Nov 1994 08:49:37 GMT"; // of the RFC

std::chrono::seconds retry_after(std::string value, std::string date = example) {
    return kith::http_head{.code = 503, .fields = {{"date", std::move(date)}, {"retry-after", std::move(value)}}}.retry_after();
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_head)

BOOST_AUTO_TEST_CASE(retry_after_in_seconds_of_at_most_a_day) {
    BOOST_TEST((kith::http_head().retry_after() == 0s));
    BOOST_TEST((retry_after("0") == 0s));
    BOOST_TEST((retry_after("120") == 120s));
    BOOST_TEST((retry_after("86401") == 24h));
    BOOST_TEST((retry_after(std::string(1000, '9')) == 24h));
    for (const char *none : {"", "-1", "1.5", "soon", "1 s", " 5"}) BOOST_TEST((retry_after(none) == 0s), none);
}

BOOST_AUTO_TEST_CASE(retry_after_as_a_date) {
    BOOST_TEST((retry_after("Sun, 06 Nov 1994 08:51:37 GMT") == 120s));
    BOOST_TEST((retry_after("Sun, 06 Nov 1994 08:49:36 GMT") == 0s), "it is over");
    BOOST_TEST((retry_after("Tue, 08 Nov 1994 08:49:37 GMT") == 24h));
    BOOST_TEST((retry_after("Sun, 06 Nov 1994 08:51:37 GMT", "") == 0s), "nothing that it could count from");
}

BOOST_AUTO_TEST_CASE(dates) {
    BOOST_REQUIRE(kith::http_date(example).has_value());
    BOOST_TEST((kith::http_date(example)->time_since_epoch() == 784'111'777s));
    BOOST_TEST((kith::http_date("Thu, 29 Feb 2024 23:59:60 GMT")->time_since_epoch() == 1'709'251'200s), "a leap second");
    for (const char *bad : {"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                            "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                            "Sun, 06 Nov 19x4 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT"})
        BOOST_TEST(!kith::http_date(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
