// SPDX-License-Identifier: MIT
#include <tests/sim/index_set.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::sim;

BOOST_AUTO_TEST_SUITE(index_set)

BOOST_AUTO_TEST_CASE(sets_of_numbers) {
    IndexSet a;
    BOOST_TEST(a.add(3));
    BOOST_TEST(!a.add(3));
    BOOST_TEST(a.add(700));
    BOOST_TEST(a.count() == 2u);
    IndexSet b;
    b.add(3);
    BOOST_TEST(a.contains(b));
    BOOST_TEST(!b.contains(a));
    BOOST_CHECK(!(a == b));
    BOOST_TEST(a.remove(700));
    BOOST_TEST(!a.remove(700));
    BOOST_CHECK(a == b); // equal, although a larger element was removed
    b.add(5);
    a.add(b);
    BOOST_TEST(a.count() == 2u);
    std::size_t sum = 0;
    a.each([&](std::size_t i) { sum += i; });
    BOOST_TEST(sum == 8u);
    IndexSet five;
    five.add(5);
    BOOST_TEST(a.common(five) == 1u);
    five.add(700);
    BOOST_TEST(a.common(five) == 1u);
    BOOST_TEST(five.common(a) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
