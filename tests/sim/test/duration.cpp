// SPDX-License-Identifier: MIT
#include <tests/sim/bits.hpp>
#include <tests/sim/span.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::sim;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(small_parts)

BOOST_AUTO_TEST_CASE(times_are_read_and_written) {
    BOOST_CHECK(parse_span("500ms") == Span(500ms));
    BOOST_CHECK(parse_span("1h30m") == Span(90min));
    BOOST_CHECK(parse_span("1.5s") == Span(1500ms));
    BOOST_CHECK(parse_span("-1d") == Span(-24h));
    BOOST_CHECK(parse_span("250us") == Span(250us));
    for (const char *bad : {"", "-", "5", "s", "5 s", "1hm", "5sec", "-5s-", "1e3s", "999999999d"}) {
        BOOST_CHECK_MESSAGE(!parse_span(bad), bad);
    }
    BOOST_TEST(to_text(90min) == "1h30m");
    BOOST_TEST(to_text(2350ms) == "2.35s");
    BOOST_TEST(to_text(-40ms) == "-40ms");
    BOOST_TEST(to_text(0s) == "0s");
    BOOST_TEST(to_text(24h + 5s) == "1d5s");
}

BOOST_AUTO_TEST_CASE(sets_of_numbers) {
    Bits a;
    BOOST_TEST(a.add(3));
    BOOST_TEST(!a.add(3));
    BOOST_TEST(a.add(700));
    BOOST_TEST(a.count() == 2u);
    Bits b;
    b.add(3);
    BOOST_TEST(a.contains(b));
    BOOST_TEST(!b.contains(a));
    BOOST_CHECK(!(a == b));
    BOOST_TEST(a.remove(700));
    BOOST_TEST(!a.remove(700));
    BOOST_CHECK(a == b); // whatever was there before
    b.add(5);
    a.add(b);
    BOOST_TEST(a.count() == 2u);
    std::size_t sum = 0;
    a.each([&](std::size_t i) { sum += i; });
    BOOST_TEST(sum == 8u);
    Bits five;
    five.add(5);
    a.keep(five);
    BOOST_CHECK(a == five);
}

BOOST_AUTO_TEST_SUITE_END()
