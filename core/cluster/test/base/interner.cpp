// SPDX-License-Identifier: MIT
#include <core/cluster/base/interner.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(interner)

BOOST_AUTO_TEST_CASE(released_numbers_are_reused) {
    Interner names;
    const NameId a = names.acquire("a");
    const NameId b = names.acquire("b");
    BOOST_CHECK_EQUAL(names.acquire("a"), a);
    names.release(a);
    BOOST_CHECK_EQUAL(names.text(a), "a");
    names.release(a);
    BOOST_CHECK_EQUAL(names.find("a"), no_name);
    BOOST_CHECK_EQUAL(names.acquire("c"), a);
    BOOST_CHECK_EQUAL(names.find("b"), b);
    BOOST_CHECK_EQUAL(names.size(), 2U);
    for (int i = 0; i < 10'000; ++i) names.release(names.acquire("x" + std::to_string(i)));
    BOOST_CHECK_EQUAL(names.bound(), 3U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
