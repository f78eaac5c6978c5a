// SPDX-License-Identifier: MIT
#include <kith/number_text.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>

using kith::number_text;

BOOST_AUTO_TEST_SUITE(numbers_as_text)

BOOST_AUTO_TEST_CASE(no_more_digits_than_needed) {
    BOOST_TEST(number_text(0) == "0");
    BOOST_TEST(number_text(0.1) == "0.1");
    BOOST_TEST(number_text(-2.5) == "-2.5");
    BOOST_TEST(number_text(123456789) == "123456789");
    BOOST_TEST(number_text(1e300) == "1e+300");
}

BOOST_AUTO_TEST_CASE(text_reads_back_as_the_same_number) {
    using Limits = std::numeric_limits<double>;
    for (const double value : {0.1 + 0.2, 1.0 / 3, -1e-7 / 3, 1790000000.123456, Limits::max(), Limits::min(),
                               Limits::denorm_min(), Limits::infinity(), 9007199254740993.0}) {
        BOOST_TEST(std::strtod(number_text(value).c_str(), nullptr) == value);
    }
    BOOST_TEST(number_text(Limits::quiet_NaN()) == "nan");
}

BOOST_AUTO_TEST_SUITE_END()
